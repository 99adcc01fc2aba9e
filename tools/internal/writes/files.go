package writes

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// files are the files of a change, taken out of its arguments before they are encoded: a
// file takes ten times its size in memory to be encoded and decoded, for a hash.
type files struct {
	// mark begins what stands in place of a file. It cannot be guessed, so that no
	// argument can pose as a file of the same change.
	mark  string
	taken []string
}

// without returns v with a mark in place of each file: in the fields named data of the
// structs that v consists of. It copies what it changes.
func (f *files) without(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		to := reflect.New(v.Type().Elem())
		to.Elem().Set(f.without(v.Elem()))
		return to
	case reflect.Struct:
		to := reflect.New(v.Type()).Elem()
		to.Set(v)
		for i := range to.NumField() {
			if field, about := to.Field(i), v.Type().Field(i); about.IsExported() {
				field.Set(f.field(field, about))
			}
		}
		return to
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() != reflect.Struct && v.Type().Elem().Kind() != reflect.Pointer {
			return v
		}
		to := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			to.Index(i).Set(f.without(v.Index(i)))
		}
		return to
	default:
		return v
	}
}

func (f *files) field(v reflect.Value, about reflect.StructField) reflect.Value {
	name, _, _ := strings.Cut(about.Tag.Get("json"), ",")
	if name != "data" || v.Kind() != reflect.String || v.Len() == 0 {
		return f.without(v)
	}
	if f.mark == "" {
		f.mark = rand.Text() + " "
	}
	f.taken = append(f.taken, v.String())
	return reflect.ValueOf(f.mark + strconv.Itoa(len(f.taken)-1)).Convert(v.Type())
}

// get returns the file that data stands for, which is data itself if it was not taken out.
func (f *files) get(data string) string {
	if f.mark == "" {
		return data
	}
	number, marked := strings.CutPrefix(data, f.mark)
	if i, err := strconv.Atoi(number); marked && err == nil && i < len(f.taken) {
		return f.taken[i]
	}
	return data
}

// measure returns the length and the hash of a file in base64, or those of the text
// itself if it is not valid.
func measure(data string) (length int, sum string) {
	h := sha256.New()
	n, err := io.Copy(h, base64.NewDecoder(base64.StdEncoding, strings.NewReader(data)))
	if err != nil {
		return len(data), hash([]byte(data))
	}
	return int(n), hex.EncodeToString(h.Sum(nil))
}
