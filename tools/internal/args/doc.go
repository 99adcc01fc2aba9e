// Package args reads the arguments of a tool call into a struct.
//
// Models send what is nearly right: "5" for 5, a bare string for a list, a JSON
// string for an object, jobIds for job_ids. [Decode] takes whatever has one plain
// meaning and refuses the rest with an [Error] that lists every problem at once,
// each with the valid choices, so that one more call is enough.
//
// The struct alone says what is valid. Its tags are those that package schemas
// makes the tool's JSON Schema of, and one of this package's own:
//
//	type moveArgs struct {
//		ID    string    `json:"application_id" alias:"id"`           // required, also taken as id
//		Limit *int      `json:"limit,omitempty"`                     // optional
//		Kinds []string  `json:"kinds,omitempty" jsonschema:"enum=A,enum=B"`
//		State state     `json:"state,omitempty"`                     // an enum, if state has a method Values() []string
//		More  args.JSON `json:"more,omitempty"`                      // free JSON
//		Tag   args.Named `json:"tag,omitempty"`                      // a name or an id, also as {"name": …}
//	}
//
// Fields may be strings, booleans, ints, floats, structs, slices of these,
// pointers to these, [JSON] and [Named]; embedded structs add their fields.
//
// Use [Errorf] for a problem that only becomes apparent when the arguments are
// used, such as a name that nothing has: it reaches the model in the same form.
package args
