package history

import (
	"reflect"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Every field of a delivery that the journal is to keep is in it: a field that is new must be added there.
func TestRecordKeepsAllOfADelivery(t *testing.T) {
	var inside record
	fill(t, reflect.ValueOf(&inside).Elem(), "x")
	inside.Delivery.RedeliveryOf, inside.Delivery.Attempts = "", nil
	outside := inside
	inside.Body, outside.Delivery.Body.Bytes = place{}, nil
	for _, want := range []record{inside, outside} {
		got, err := decodeRecord(want.append(nil))
		if err != nil || !reflect.DeepEqual(got, &want) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, &want)
		}
	}
	empty := record{Delivery: inspect.Delivery{Body: inspect.Capture{Bytes: []byte{}}}}
	if got, err := decodeRecord(empty.append(nil)); err != nil || !reflect.DeepEqual(got, &empty) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, &empty)
	}
}

// fill gives each field a value of its own.
func fill(t *testing.T, v reflect.Value, name string) {
	t.Helper()
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(int64(1_700_000_000+len(name)), 12345).UTC()))
		return
	case []inspect.Attempt:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), name+"."+v.Type().Field(i).Name)
		}
	case reflect.String:
		v.SetString(name)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(len(name)) + 1)
	case reflect.Uint32:
		v.SetUint(uint64(len(name)) + 1)
	case reflect.Slice:
		v.SetBytes([]byte(name))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string][]string{"A": {name, "\xff"}, "B": {""}}).Convert(v.Type()))
	default:
		t.Fatalf("%s is a %s: teach this test and the journal what to do with it", name, v.Kind())
	}
}

func FuzzRecord(f *testing.F) {
	r := record{Project: "p", Delivery: *simple(1)}
	f.Add(r.append(nil))
	r.Body = place{"A.1", 1, 2, 3}
	f.Add(r.append(nil))
	f.Add([]byte{recordVersion, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeRecord(b)
		if err != nil {
			return
		}
		again, err := decodeRecord(r.append(nil))
		if err != nil || again.Delivery.ID != r.Delivery.ID || again.Delivery.Body.Size != r.Delivery.Body.Size {
			t.Errorf("got %+v, %v; want %+v", again, err, r)
		}
	})
}
