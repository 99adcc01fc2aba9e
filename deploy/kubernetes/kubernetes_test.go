package kubernetes

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

func TestMain(m *testing.M) { os.Exit(testbinary.Run(m)) }

// manifest reads a file into one of Kubernetes' types; unknown keys are an error.
func manifest[T any](t *testing.T, name, version, kind string, headOf func(*T) head) *T {
	t.Helper()
	raw, err := os.ReadFile(name)
	require.NoError(t, err)
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	out := new(T)
	require.NoError(t, dec.Decode(out), name)
	h := headOf(out)
	assert.Equal(t, []string{version, kind, "kombo-mcp"}, []string{h.APIVersion, h.Kind, h.Metadata.Name}, name)
	return out
}

func theDeployment(t *testing.T) *deployment {
	return manifest(t, "deployment.yaml", "apps/v1", "Deployment", func(d *deployment) head { return d.head })
}

func TestTheManifestsFitTogether(t *testing.T) {
	d := theDeployment(t)
	s := manifest(t, "service.yaml", "v1", "Service", func(s *service) head { return s.head })
	b := manifest(t, "poddisruptionbudget.yaml", "policy/v1", "PodDisruptionBudget", func(b *disruptionBudget) head { return b.head })
	n := manifest(t, "networkpolicy.yaml", "networking.k8s.io/v1", "NetworkPolicy", func(n *networkPolicy) head { return n.head })
	m := manifest(t, "configmap.yaml", "v1", "ConfigMap", func(m *configMap) head { return m.head })
	pods := d.Spec.Template.Metadata.Labels
	assert.Equal(t, pods, d.Spec.Selector.MatchLabels)
	assert.Equal(t, pods, s.Spec.Selector)
	assert.Equal(t, pods, b.Spec.Selector.MatchLabels)
	assert.Equal(t, pods, n.Spec.PodSelector.MatchLabels)
	assert.Greater(t, d.Spec.Replicas, b.Spec.MinAvailable, "a node can be drained")
	c := d.Spec.Template.Spec.Containers[0]
	ports := map[string]int{}
	for _, p := range c.Ports {
		ports[p.Name] = p.ContainerPort
	}
	assert.Contains(t, ports, s.Spec.Ports[0].TargetPort)
	for _, rule := range n.Spec.Ingress {
		assert.NotEmpty(t, rule.From)
		assert.Contains(t, ports, rule.Ports[0].Port)
	}
	assert.Equal(t, []string{"Ingress", "Egress"}, n.Spec.PolicyTypes)
	for _, e := range c.Env {
		if ref := e.ValueFrom.ConfigMapKeyRef; ref != nil {
			assert.Contains(t, m.Data, ref.Key)
		}
	}
	raw, err := os.ReadFile("kustomization.yaml")
	require.NoError(t, err)
	files, err := filepath.Glob("*.yaml")
	require.NoError(t, err)
	for _, f := range files {
		assert.True(t, f == "kustomization.yaml" || strings.Contains(string(raw), "- "+f+"\n"), f)
	}
}

func TestTheIngressLeadsToTheServiceAndHoldsNoStreamBack(t *testing.T) {
	i := manifest(t, "ingress.yaml", "networking.k8s.io/v1", "Ingress", func(i *ingress) head { return i.head })
	s := manifest(t, "service.yaml", "v1", "Service", func(s *service) head { return s.head })
	require.Len(t, i.Spec.Rules, 1)
	rule := i.Spec.Rules[0]
	c := theDeployment(t).Spec.Template.Spec.Containers[0]
	assert.Contains(t, c.Args, "--allow-host="+rule.Host, "the server answers to the name by which it is called")
	require.Len(t, i.Spec.TLS, 1)
	assert.Equal(t, []string{rule.Host}, i.Spec.TLS[0].Hosts)
	require.Len(t, rule.HTTP.Paths, 1)
	to := rule.HTTP.Paths[0].Backend.Service
	assert.Equal(t, s.Metadata.Name, to.Name)
	assert.Equal(t, s.Spec.Ports[0].Name, to.Port.Name)
	setting := func(name string) string { return i.Metadata.Annotations["nginx.ingress.kubernetes.io/"+name] }
	assert.Equal(t, "off", setting("proxy-buffering"))
	assert.Equal(t, "off", setting("proxy-next-upstream"), "a write is sent once")
	for _, name := range []string{"proxy-read-timeout", "proxy-send-timeout"} {
		seconds, err := strconv.Atoi(setting(name))
		require.NoError(t, err)
		assert.GreaterOrEqual(t, seconds, 600, name)
	}
}

func TestGarbageIsCollectedBeforeTheMemoryLimit(t *testing.T) {
	c := theDeployment(t).Spec.Template.Spec.Containers[0]
	mebibytes := func(text, unit string) int {
		number, found := strings.CutSuffix(text, unit)
		require.True(t, found, text)
		n, err := strconv.Atoi(number)
		require.NoError(t, err)
		return n
	}
	limit, soft := mebibytes(c.Resources["limits"]["memory"], "Mi"), 0
	for _, e := range c.Env {
		if e.Name == "GOMEMLIMIT" {
			soft = mebibytes(e.Value, "MiB")
		}
	}
	assert.Less(t, soft, limit*9/10)
	assert.Greater(t, soft, limit*3/4)
}

func TestServerHasOnlyTheRightsThatItNeeds(t *testing.T) {
	spec := theDeployment(t).Spec.Template.Spec
	require.Len(t, spec.Containers, 1)
	c := spec.Containers[0]
	assert.True(t, spec.SecurityContext.RunAsNonRoot && c.SecurityContext.ReadOnlyRootFilesystem)
	assert.Equal(t, "RuntimeDefault", spec.SecurityContext.SeccompProfile.Type)
	assert.Equal(t, []string{"ALL"}, c.SecurityContext.Capabilities.Drop)
	require.NotNil(t, c.SecurityContext.AllowPrivilegeEscalation)
	assert.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
	require.NotNil(t, spec.AutomountServiceAccountToken)
	assert.False(t, *spec.AutomountServiceAccountToken)
	dockerfile, err := os.ReadFile("../../Dockerfile")
	require.NoError(t, err)
	assert.Contains(t, string(dockerfile), fmt.Sprintf("USER %d:%d\n", spec.SecurityContext.RunAsUser, spec.SecurityContext.RunAsGroup))
	entry, err := os.ReadFile("../../server.json")
	require.NoError(t, err)
	assert.Contains(t, string(entry), `"`+c.Image+`"`, "the image that is released")
	for _, e := range c.Env {
		secret := strings.Contains(e.Name, "KEY") || strings.Contains(e.Name, "TOKEN") || strings.Contains(e.Name, "REDIS")
		assert.Equal(t, secret, e.ValueFrom.SecretKeyRef != nil, "%s: secrets come from the Secret, all else does not", e.Name)
	}
	assert.GreaterOrEqual(t, spec.TerminationGracePeriodSeconds, 15, "a write in flight has ten seconds")
}

// TestTheServerRunsWithTheseArguments starts the command with the arguments of the
// manifest, with other ports and the sandbox instead of Kombo and Redis, and makes the
// requests of the probes.
func TestTheServerRunsWithTheseArguments(t *testing.T) {
	c := theDeployment(t).Spec.Template.Spec.Containers[0]
	free := map[string]string{}
	args := []string{"--sandbox"}
	for _, a := range c.Args {
		for _, p := range c.Ports {
			if port := fmt.Sprint(p.ContainerPort); strings.HasSuffix(a, ":"+port) {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				require.NoError(t, err)
				free[p.Name] = l.Addr().String()
				require.NoError(t, l.Close())
				_, now, err := net.SplitHostPort(free[p.Name])
				require.NoError(t, err)
				a = strings.TrimSuffix(a, port) + now
			}
		}
		args = append(args, a)
	}
	require.Len(t, free, 2)
	program := testbinary.Path(t) // building it may take longer than what follows
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = []string{"HOME=/nonexistent", "KOMBO_AUTH_TOKEN=0123456789abcdef0123456789abcdef"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Signal(os.Interrupt) }()
	get := func(p probe) int {
		at, path := p.HTTPGet.Port, p.HTTPGet.Path
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+free[at]+path, nil)
		require.NoError(t, err)
		for _, h := range p.HTTPGet.HTTPHeaders {
			require.Equal(t, "Host", h.Name)
			r.Host = h.Value
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	for _, p := range []probe{c.StartupProbe, c.LivenessProbe, c.ReadinessProbe} {
		require.Eventually(t, func() bool { return get(p) == http.StatusOK }, 15*time.Second, 50*time.Millisecond, "%s: %s", p.HTTPGet.Path, args)
	}
	var scrape probe
	scrape.HTTPGet.Path, scrape.HTTPGet.Port = "/metrics", "metrics"
	assert.Equal(t, http.StatusOK, get(scrape))
	scrape = c.LivenessProbe
	scrape.HTTPGet.Path = "/metrics"
	assert.NotEqual(t, http.StatusOK, get(scrape), "callers must not get the metrics")
}
