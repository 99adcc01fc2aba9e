package kombo

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// undecoded is embedded in every record type. It is one pointer, nil unless the
// client has WithRawRecords, so that clients without it pay for nothing more.
type undecoded struct{ raw *rawRecord }

type rawRecord struct {
	json json.RawMessage
	// typ is the struct that the record was decoded into.
	typ reflect.Type
}

// Raw returns the JSON of the record as Kombo sent it, byte for byte, or nil if
// the client was made without WithRawRecords. A record nested in another one has
// none of its own. Copies of a record share the bytes; do not modify them.
func (u undecoded) Raw() json.RawMessage {
	if u.raw == nil {
		return nil
	}
	return u.raw.json
}

// UnknownFields returns the parts of Raw for which the Go type has no field, at
// any depth, or nil if there are none. Keys are JSON Pointers (RFC 6901):
// "/remote_data" is a field of the record, "/stages/0/remote_data" one of its
// first stage. Values that are of an unexpected type count as known; look for
// those in Raw.
func (u undecoded) UnknownFields() map[string]json.RawMessage {
	if u.raw == nil {
		return nil
	}
	found := map[string]json.RawMessage{}
	collectUnknown(found, "", u.raw.json, u.raw.typ)
	if len(found) == 0 {
		return nil
	}
	return found
}

func (u *undecoded) setRaw(raw *rawRecord) { u.raw = raw }

// keepRaw stores raw in record, a pointer to a struct, if that is of a type that
// embeds undecoded.
func keepRaw(record any, raw json.RawMessage) {
	if r, ok := record.(interface{ setRaw(*rawRecord) }); ok {
		r.setRaw(&rawRecord{json: raw, typ: reflect.TypeOf(record).Elem()})
	}
}

// keepRaw stores the JSON of each record of a list in it.
func (d *listData[T]) keepRaw(data json.RawMessage) error {
	var list struct {
		Results []json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	for i := range min(len(*d.Results), len(list.Results)) {
		keepRaw(&(*d.Results)[i], list.Results[i])
	}
	return nil
}

// keepRaw stores in the records of a decoded response their JSON in body. It
// reads body once more, so that what was adjusted to decode it is not lost.
func (e *envelope[T]) keepRaw(body []byte) error {
	if e.Data == nil {
		return nil
	}
	var outer struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &outer); err != nil {
		return err
	}
	if list, ok := any(e.Data).(interface {
		keepRaw(data json.RawMessage) error
	}); ok {
		return list.keepRaw(outer.Data)
	}
	keepRaw(e.Data, outer.Data)
	// Writes decode into a pointer, which is nil where no record came back.
	keepRaw(*e.Data, outer.Data)
	return nil
}

// collectUnknown adds to found the fields of raw, at path, that typ lacks.
func collectUnknown(found map[string]json.RawMessage, path string, raw json.RawMessage, typ reflect.Type) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ.Kind() == reflect.Slice:
		var elements []json.RawMessage
		if err := json.Unmarshal(raw, &elements); err != nil {
			return
		}
		for i, element := range elements {
			collectUnknown(found, path+"/"+strconv.Itoa(i), element, typ.Elem())
		}
	case typ.Kind() == reflect.Struct && typ != reflect.TypeFor[Time]():
		var object map[string]json.RawMessage
		if err := json.Unmarshal(raw, &object); err != nil {
			return
		}
		fields := jsonFieldsOf(typ)
		for key, value := range object {
			at := path + "/" + pointerEscaper.Replace(key)
			if field, known := fields.byKey(key); known {
				collectUnknown(found, at, value, field)
			} else {
				found[at] = value
			}
		}
	}
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// jsonFields maps the JSON keys of a struct to the types of their fields.
type jsonFields map[string]reflect.Type

var jsonFieldsCache sync.Map // of reflect.Type to jsonFields

func jsonFieldsOf(typ reflect.Type) jsonFields {
	if cached, ok := jsonFieldsCache.Load(typ); ok {
		fields, _ := cached.(jsonFields)
		return fields
	}
	fields := jsonFields{}
	for _, field := range reflect.VisibleFields(typ) {
		if key, _, _ := strings.Cut(field.Tag.Get("json"), ","); key != "" && key != "-" {
			fields[key] = field.Type
		}
	}
	jsonFieldsCache.Store(typ, fields)
	return fields
}

// byKey finds a field as encoding/json does: by its exact name, or else without
// regard to case.
func (f jsonFields) byKey(key string) (reflect.Type, bool) {
	if typ, found := f[key]; found {
		return typ, true
	}
	for name, typ := range f {
		if strings.EqualFold(name, key) {
			return typ, true
		}
	}
	return nil, false
}
