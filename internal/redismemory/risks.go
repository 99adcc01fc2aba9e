package redismemory

import (
	"context"
	"fmt"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Risk is a setting of Redis by which it may forget writes.
type Risk struct {
	// Setting and Value are as in redis.conf; Cure is the command that changes it.
	Setting, Value, Cure string
}

// Risks reads the settings of Redis, of each primary in a cluster, and returns those by which it may
// forget writes. An error means that they cannot be read: Redis is not asked for more than it permits.
func (m *Memory) Risks(ctx context.Context) ([]Risk, error) {
	ctx, cancel := context.WithTimeout(ctx, m.set.totalTimeout)
	defer cancel()
	var found []Risk
	var mu sync.Mutex // a cluster's nodes are asked at the same time
	read := func(ctx context.Context, c redis.Cmdable) error {
		values := map[string]string{}
		for _, setting := range []string{"maxmemory-policy", "appendonly", "save"} {
			got, err := c.ConfigGet(ctx, setting).Result()
			if err != nil {
				return err
			}
			value, known := got[setting]
			if !known {
				return fmt.Errorf("%w: no %s", errForeign, setting)
			}
			values[setting] = value
		}
		mu.Lock()
		defer mu.Unlock()
		if len(found) == 0 {
			found = risksOf(values)
		}
		return nil
	}
	var err error
	if cluster, ok := m.client.(*redis.ClusterClient); ok {
		err = cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return read(ctx, c) })
	} else {
		err = read(ctx, m.client)
	}
	if err != nil {
		return found, m.failed("read its settings", err)
	}
	return found, nil
}

func risksOf(values map[string]string) []Risk {
	var found []Risk
	if policy := values["maxmemory-policy"]; policy != "noeviction" {
		found = append(found, Risk{"maxmemory-policy", policy, "CONFIG SET maxmemory-policy noeviction"})
	}
	if values["appendonly"] == "no" && values["save"] == "" {
		found = append(found, Risk{"appendonly", "no, and no save points", "CONFIG SET appendonly yes"})
	}
	return found
}
