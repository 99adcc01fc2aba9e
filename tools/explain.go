package tools

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// advice says for each of Kombo's codes what it means and what to do next.
var advice = map[kombo.Code]string{
	kombo.CodeRateLimitExceeded:                "Kombo's request limit is used up. Wait a minute, then ask again, with a narrower filter if you can.",
	kombo.CodeConcurrencyLimitExceeded:         "Too many actions run at once on this integration. Wait a few seconds, then try again.",
	kombo.CodeIntegrationNotFound:              "The integration id is unknown to this API key. The person who runs this server must check KOMBO_INTEGRATION_ID and that key and region belong together.",
	kombo.CodeInputInvalid:                     "Kombo refused the input. Correct what the message names; ids come from the list tools.",
	kombo.CodeUnknownError:                     "Kombo failed without saying why. Try once more later; if it fails again, give the log address to Kombo's support.",
	kombo.CodeIPNotWhitelisted:                 "Kombo takes requests only from listed addresses, and this server's is not one. The person who runs this server must add it.",
	kombo.CodeAuthenticationInvalid:            "Kombo does not accept the API key (it is wrong, has expired, or belongs to another environment or region). The person who runs this server must correct KOMBO_API_KEY.",
	kombo.CodeTaskTimedOut:                     "The ATS took too long to answer Kombo.",
	kombo.CodePermissionMissing:                "The account that connects Kombo to the ATS lacks the permission for this. An administrator of the ATS must grant it.",
	kombo.CodeIntegrationAuthenticationInvalid: "The ATS no longer accepts the credentials that Kombo holds. The customer must reconnect the integration.",
	kombo.CodeQAFailed:                         "The first copy of the data failed Kombo's checks; Kombo's staff must step in. Repeating does not help.",
	kombo.CodeSetupSyncPending:                 "Kombo is still making its first copy of the ATS, which can take hours. Try again later.",
	kombo.CodeSetupIncomplete:                  "The set-up of the integration is not complete. A person must finish it in Kombo.",
	kombo.CodeIntegrationInactive:              "The integration is switched off. A person must switch it on in Kombo.",
	kombo.CodeModelNotAvailable:                "This ATS does not deliver this kind of record through Kombo. Do not ask again; say that it is not available.",
	kombo.CodeModelDisabled:                    "This kind of record is switched off for the integration. An administrator can switch it on in Kombo's scope settings.",
	kombo.CodeActionNotAvailable:               "This ATS does not support this action through Kombo. Do not try again; it must be done in the ATS.",
	kombo.CodeActionDisabled:                   "This action is switched off for the integration. An administrator can switch it on in Kombo's scope settings.",
	kombo.CodeRemoteServiceUnavailable:         "The ATS is down. Try again in a few minutes.",
	kombo.CodeRemoteRateLimitExceeded:          "The ATS is throttling Kombo. Wait a few minutes, then try again.",
	kombo.CodeRemoteInputInvalid:               "The ATS refused the data. Correct what the message names; a field that only this ATS requires goes into remote_fields.",
	kombo.CodeRemoteUnknownHTTPError:           "The ATS answered with an error that Kombo could not identify.",
	kombo.CodeJobClosed:                        "The job no longer accepts applications. Choose an open job (get_jobs with statuses OPEN).",
	kombo.CodeApplicationAlreadyExists:         "This person has already applied to this job: nothing was created. Find the application with get_candidates by e-mail.",
}

// Explain words an error for the model that reads it: what happened, why, what
// to do next. The text has at most 2 KB, no secret in it and no body of a response.
func Explain(err error) string {
	// It may quote what people outside wrote.
	return wording.ClipBytes(digest.Clean(explain(err)), args.MaxErrorBytes)
}

// refusedWriteError is what speaks against a write before anything was sent.
type refusedWriteError struct{ error }

func (e *refusedWriteError) Unwrap() error { return e.error }

func explain(err error) string {
	if refused, ok := errors.AsType[*refusedWriteError](err); ok {
		return "Nothing was sent. " + explain(refused.error)
	}
	if masked, ok := errors.AsType[*privacy.MaskedError](err); ok {
		return masked.Explain(Explain)
	}
	var arg *args.Error
	switch {
	case errors.As(err, &arg):
		return arg.Error()
	case errors.Is(err, ErrUnknownTool):
		return wording.Sentence(err.Error())
	case errors.Is(err, kombo.ErrOutcomeUnknown):
		return "It is not known whether this write was done, so it was not repeated. " + wording.Sentence(wording.ClipBytes(err.Error(), 1500)) +
			" Before trying again, check in the ATS whether it was done; Kombo's copy may lag by hours."
	case errors.Is(err, context.Canceled):
		return "The call was canceled before it ended."
	case errors.Is(err, ownfile.ErrLocked):
		return wording.Sentence(err.Error()) + " Try again in a minute; if it fails again, the person who runs this server must find and end the process that keeps the lock."
	case errors.Is(err, context.DeadlineExceeded):
		return "Kombo did not answer in time. Ask again, with a narrower filter if it is a list."
	}
	var ke *kombo.Error
	if !errors.As(err, &ke) {
		return wording.Sentence(err.Error())
	}
	return explainKombo(ke)
}

func explainKombo(e *kombo.Error) string {
	switch {
	case e.Status == 0:
		return explainNoAnswer(e)
	case e.Status < 400 || e.Body != "" && e.Code == "":
		return explainBadAnswer(e)
	}
	var b strings.Builder
	says := e.Message
	if says == "" {
		says = e.Title
	}
	next, known := advice[e.Code]
	switch {
	case known:
	case e.Status == http.StatusTooManyRequests:
		next = "Kombo takes no more requests for now. Wait a minute, then try again."
	case e.Status >= 500:
		next = "Something failed on Kombo's side. Try again in a minute."
	case e.Status == http.StatusNotFound:
		next = "Kombo has nothing there. Either no record has that id (ids come from the list tools; a name is not accepted here), or, if other calls fail in the same way, the person who runs this server must correct KOMBO_BASE_URL, which ends in /v1."
	default:
		next = "Correct what the message names before trying again."
	}
	if e.RetryAfter > time.Minute {
		// The advice names a shorter wait after its first sentence.
		what, _, _ := strings.Cut(next, ". ")
		next = strings.TrimSuffix(what, ".") + ". " + longWait(e)
	}
	b.WriteString(next)
	if says != "" {
		fmt.Fprintf(&b, " Kombo says: %s", wording.Sentence(wording.Clip(says, 600)))
	}
	fmt.Fprintf(&b, " (HTTP %d", e.Status)
	if e.Code != "" {
		fmt.Fprintf(&b, ", %s", e.Code)
	}
	if e.LogURL != "" {
		fmt.Fprintf(&b, ", log %s", e.LogURL)
	}
	b.WriteString(")")
	return b.String()
}

// explainNoAnswer words a request that got no answer. A write that may have arrived
// all the same is an ErrOutcomeUnknown instead.
func explainNoAnswer(e *kombo.Error) string {
	cause := "there was no answer"
	if e.Err != nil {
		cause = e.Err.Error()
	}
	if untrusted, ok := errors.AsType[x509.UnknownAuthorityError](e.Err); ok {
		return fmt.Sprintf("Kombo could not be reached: %s This happens behind a proxy that inspects traffic with a certificate of its own. The person who runs this server must add the authority that signed it to the certificates of this machine, or, on Linux, set SSL_CERT_FILE to a file that has it.", wording.Sentence(wording.Clip(untrusted.Error(), 300)))
	}
	return fmt.Sprintf("Kombo could not be reached: %s Try again in a minute; if it fails again, the person who runs this server must check its network and base URL.", wording.Sentence(wording.Clip(cause, 300)))
}

// explainBadAnswer words an answer that is not Kombo's or is cut short: a web page, a
// redirect, the text of a proxy.
func explainBadAnswer(e *kombo.Error) string {
	cause := e.Message
	if cause == "" && e.Err != nil {
		cause = e.Err.Error()
	}
	next := "Try again in a minute; if it fails again,"
	if e.RetryAfter > time.Minute {
		next = longWait(e) + " If it fails again,"
	}
	return fmt.Sprintf("No usable answer came back: %s %s the person who runs this server must check KOMBO_BASE_URL and what is between it and Kombo. (HTTP %d)", wording.Sentence(wording.Clip(cmp.Or(cause, "it could not be read"), 300)), next, e.Status)
}

// longWait says how long Kombo wants to be left alone, if that is longer than a call
// waits by itself.
func longWait(e *kombo.Error) string {
	d, wait := e.RetryAfter, "a day or more"
	switch {
	case d < 90*time.Minute:
		wait = fmt.Sprintf("%d minutes", (d+time.Minute-1)/time.Minute)
		if d > 55*time.Minute && d < 65*time.Minute {
			wait = "an hour"
		}
	case d < 24*time.Hour:
		wait = fmt.Sprintf("%d hours", (d+time.Hour-1)/time.Hour)
	}
	return "Kombo asks to wait " + wait + ": try again after that, not before."
}
