package tools

import "github.com/kombo-mcp/kombo-mcp/digest"

// State says what it means that an integration is in a state that is not the
// good one, a Status or a SetupStatus, and what to do; both are empty for a good
// one, and words of their own for one that is not known.
func State(state string) (says, next string) {
	switch state {
	case "", "ACTIVE", "COMPLETED":
		return "", ""
	case "INVALID":
		return "the ATS has not taken Kombo's credentials for days, so nothing is updated any more.", "The customer must reconnect the integration in Kombo."
	case "INACTIVE":
		return "it is switched off.", "Somebody must switch it on in Kombo's dashboard."
	case "INCOMPLETE":
		return "its set-up is not finished, so there are no data yet.", "Somebody must finish the steps that Kombo's dashboard shows."
	case "FINAL_SYNC_PENDING":
		return "Kombo is still making its first copy of the ATS, which takes minutes to hours.", "Wait, and ask again."
	}
	return "its data may be missing or old.", "Kombo's dashboard says more."
}

// stateWords is a state with what it means, "" for a good one.
func stateWords(state string) string {
	says, next := State(state)
	if says == "" {
		return ""
	}
	return digest.Clean(state) + ": " + says + " " + next
}

// WhyNot says in a few words why an integration does not deliver a kind of
// record or a field, or do an action, from what Kombo says of it.
func WhyNot(coverage, setting string, optedOut bool) string {
	switch {
	case coverage == "UNSUPPORTED":
		return "the ATS cannot"
	case coverage == "NOT_IMPLEMENTED":
		return "Kombo cannot yet"
	case optedOut:
		return "the customer opted out"
	case setting == "DISABLED":
		return "switched off"
	}
	return "not available"
}

// whyNot is WhyNot with where to change it.
func whyNot(coverage, setting string, optedOut bool) string {
	why := WhyNot(coverage, setting, optedOut)
	if why == "switched off" {
		why += " in Kombo's scope settings"
	}
	return why
}
