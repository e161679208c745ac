package meta

import "net/http"

// fail is a refusal in the Graph envelope.
type fail struct {
	status    int
	message   string
	kind      string
	code      int
	subcode   int
	transient bool
	title     string
	advice    string
	blame     []string
}

type object = map[string]any

func (f *fail) envelope(trace string) object {
	e := object{"message": f.message, "type": f.kind, "code": f.code, "fbtrace_id": trace}
	if f.subcode != 0 {
		e["error_subcode"] = f.subcode
	}
	if f.code == 100 || f.transient {
		e["is_transient"] = f.transient
	}
	if f.title != "" {
		e["error_user_title"], e["error_user_msg"] = f.title, f.advice
	}
	if f.blame != nil {
		e["error_data"] = object{"blame_field_specs": [][]string{f.blame}}
	}
	return object{"error": e}
}

// invalid is error 100 with only a message: a parameter that is missing or malformed.
func invalid(message string) *fail {
	return &fail{status: http.StatusBadRequest, message: "(#100) " + message, kind: "OAuthException", code: 100}
}

func missing(param string) *fail { return invalid("The parameter " + param + " is required") }

// refuse is error 100 with a subcode: a parameter that is well formed but against a rule of the platform.
func refuse(subcode int, field, title, advice string) *fail {
	return &fail{
		status: http.StatusBadRequest, message: "Invalid parameter", kind: "OAuthException", code: 100, subcode: subcode,
		title: title, advice: advice, blame: []string{field},
	}
}

func unknownObject(id string) *fail {
	return &fail{
		status: http.StatusBadRequest, kind: "GraphMethodException", code: 100, subcode: 33,
		message: "Unsupported request. Object with ID '" + id + "' does not exist, cannot be loaded due to missing permissions, or does not support this operation.",
	}
}

func deletedObject(what string) *fail {
	return refuse(1487056, "id", "Object is deleted", "The "+what+" is deleted or archived and cannot be edited.")
}

func badToken(status, subcode int, message string) *fail {
	return &fail{status: status, message: message, kind: "OAuthException", code: 190, subcode: subcode}
}

func limited(code, subcode int, message string) *fail {
	return &fail{
		status: http.StatusBadRequest, message: message, kind: "OAuthException", code: code, subcode: subcode, transient: subcode != 1487632,
	}
}
