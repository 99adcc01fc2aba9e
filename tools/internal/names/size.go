package names

import "reflect"

// SizeOf estimates how many bytes of memory a value takes, with all that it holds. It is
// for values without cycles, such as records.
func SizeOf(v any) int {
	r := reflect.ValueOf(v)
	if !r.IsValid() {
		return 0
	}
	return int(r.Type().Size()) + held(r)
}

// held is the memory beside the value itself.
func held(v reflect.Value) int {
	n := 0
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return int(v.Elem().Type().Size()) + held(v.Elem())
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			n += held(field)
		}
	case reflect.Slice:
		n = v.Cap() * int(v.Type().Elem().Size())
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return n
		}
		for i := range v.Len() {
			n += held(v.Index(i))
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			n += int(v.Type().Key().Size()+v.Type().Elem().Size()) + held(entries.Key()) + held(entries.Value())
		}
	default:
	}
	return n
}
