package sandbox

import (
	"encoding/json"
	"net/http"
)

// admin serves the controls for tests in other processes, which need the API key.
func (s *Sandbox) admin(c *call, path string) reply {
	if !s.authentic(c.r) {
		return refuse(http.StatusUnauthorized, codeKey, "The provided API key is missing, invalid or expired.").reply()
	}
	switch c.r.Method + " " + path {
	case "POST faults":
		var f Fault
		if err := json.Unmarshal(c.raw, &f); err != nil {
			return invalid("Fault: " + err.Error()).reply()
		}
		s.Inject(f)
		return jsonReply(http.StatusOK, []byte(`{"status":"success"}`))
	case "DELETE faults":
		s.ClearFaults()
		return jsonReply(http.StatusOK, []byte(`{"status":"success"}`))
	case "GET effects":
		return dump(s.Effects())
	case "GET requests":
		return dump(s.Requests())
	default:
		return notFound(c.r.URL.Path).reply()
	}
}

func dump(v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		return refuse(http.StatusInternalServerError, "", "The records cannot be encoded as JSON.").reply()
	}
	return jsonReply(http.StatusOK, body)
}
