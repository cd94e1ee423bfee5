package provider

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// caller returns a way to call the functions by the protocol. An argument is what tftypes.NewValue takes, or the value as it is sent.
func caller(t *testing.T) call {
	t.Helper()
	server, schemas := newServer(t)
	return func(name string, argument any) (any, *tfprotov6.FunctionError) {
		t.Helper()
		signature := schemas.Functions[name]
		sent, ok := argument.(*tfprotov6.DynamicValue)
		if !ok {
			typ := signature.Parameters[0].Type
			value, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, argument))
			noError(t, err)
			sent = &value
		}
		resp, err := server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: []*tfprotov6.DynamicValue{sent}})
		noError(t, err)
		if resp.Error != nil {
			return nil, resp.Error
		}
		result, err := resp.Result.Unmarshal(signature.Return.Type)
		noError(t, err)
		return plain(t, result), nil
	}
}

type call = func(name string, argument any) (any, *tfprotov6.FunctionError)

// wantResult checks that a call has this result; a nil is null.
func wantResult(t *testing.T, call call, name string, argument, want any) {
	t.Helper()
	if got, failed := call(name, argument); failed != nil {
		t.Errorf("%s(%v): got the error %q, want %v", name, argument, failed.Text, want)
	} else if got != want {
		t.Errorf("%s(%v): got %v, want %v", name, argument, got, want)
	}
}

// Each of these pairs is the same time, whichever of the two is given, and wherever that is.
func TestFunctionTimes(t *testing.T) {
	call := caller(t)
	for milliseconds, rfc3339 := range map[int64]string{
		1750659139000:   "2025-06-23T06:12:19.000Z",
		1750659139050:   "2025-06-23T06:12:19.050Z",
		1:               "1970-01-01T00:00:00.001Z",
		0:               "1970-01-01T00:00:00.000Z",
		-1:              "1969-12-31T23:59:59.999Z",
		9223372036855:   "2262-04-11T23:47:16.855Z", // beyond the nanoseconds of a time.Duration
		-62135596800000: "0001-01-01T00:00:00.000Z",
		253402300799999: "9999-12-31T23:59:59.999Z",
	} {
		wantResult(t, call, "rfc3339", milliseconds, rfc3339)
		wantResult(t, call, "milliseconds", rfc3339, milliseconds)
	}
}

// From one end of the years to the other, a time comes back as it was.
func TestFunctionTimesAreInverse(t *testing.T) {
	for ms := int64(-62135596800000); ms <= 253402300799999; ms += 31_556_952_007 { // a year and some milliseconds
		text, err := formatTime(new(big.Float).SetInt64(ms))
		if err != nil {
			t.Fatalf("%d: got the error %v, want a time", ms, err)
		}
		if back, err := parseTime(text); err != nil || back != ms {
			t.Fatalf("%s: got %d, %v, want %d", text, back, err, ms)
		}
	}
}

// One time has many texts.
func TestFunctionMilliseconds(t *testing.T) {
	call := caller(t)
	for rfc3339, want := range map[string]int64{
		"2025-06-23T08:12:19+02:00":              1750659139000,
		"2025-06-24T06:11:19+23:59":              1750659139000,
		"2025-06-23T06:12:19-00:00":              1750659139000,
		"2025-06-23t06:12:19z":                   1750659139000,
		"2025-06-23T06:12:19.050000000000+00:00": 1750659139050,
		"2025-06-23T08:12:19.050+02:00":          1750659139050,
		"0000-12-31T23:00:00-01:00":              -62135596800000, // in UTC it is in the year 1
	} {
		wantResult(t, call, "milliseconds", rfc3339, want)
	}
}

// Each error has one text and points at the argument. None quotes the argument, which may be sensitive.
func TestFunctionErrors(t *testing.T) {
	call := caller(t)
	number := func(text string) *big.Float {
		n, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
		noError(t, err)
		return n
	}
	for _, tc := range []struct {
		function, want string
		arguments      []any
	}{
		{"rfc3339", "must be a whole number of milliseconds; floor() drops a fraction", []any{
			number("1750659139000.5"), number("1750659139000.00000000000000000001"), number("1e-300"),
		}},
		{"rfc3339", "must be in the years 0001 to 9999; divide microseconds and nanoseconds first", []any{
			number("-62135596800001"), number("253402300800000"), number("1750659139000000"), number("9223372036854775808"),
			number("-9223372036854775809"), number("1e400"),
		}},
		{"milliseconds", "must be a time in RFC 3339, such as 2025-06-23T06:12:19Z or 2025-06-23T08:12:19.050+02:00", []any{
			"", "yesterday", "1750659139000", "2025-06-23", "2025-06-23T06:12:19", "2025-06-23T06:12Z", "2025-06-23 06:12:19Z",
			"2025-06-23T06:12:19Z ", "2025-06-23T06:12:19Z\n", "2025-06-23T6:12:19Z", "2025-06-23T06:12:19,5Z", "2025-06-23T06:12:19.Z",
			"2025-06-23T06:12:19+24:00",
			"2025-06-23T06:12:19+01:60", "2025-06-23T06:12:19+0200", "10000-01-01T00:00:00Z", "٢٠٢٥-06-23T06:12:19Z",
		}},
		{"milliseconds", "must be a day in the calendar, and a time from 00:00:00 to 23:59:59", []any{
			"2025-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-06-23T24:00:00Z", "2016-12-31T23:59:60Z",
		}},
		{"milliseconds", "must not be finer than a millisecond: at most three digits after the seconds", []any{
			"2025-06-23T06:12:19.000001Z", "2025-06-23T06:12:19.0000000001Z",
		}},
		{"milliseconds", "must be in the years 0001 to 9999, in UTC", []any{
			"0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
		}},
	} {
		for _, argument := range tc.arguments {
			_, failed := call(tc.function, argument)
			wantEqual(t, fmt.Sprintf("%s(%v)", tc.function, argument), failed,
				&tfprotov6.FunctionError{Text: tc.want, FunctionArgument: new(int64(0))})
		}
	}
}

// A host is described nested or flat. Of a host without one of the two there is null.
func TestFunctionProperties(t *testing.T) {
	call := caller(t)
	for name, paths := range map[string][2]string{
		"host_name": {"properties.host_name", "resource_name"}, "host_ip": {"properties.fixed_ip", "fixed_ip"},
	} {
		for _, tc := range []struct{ nested, flat, want any }{
			{"a", "b", "a"}, {"a", nil, "a"}, {nil, "b", "b"}, {"", "b", "b"}, {nil, "", nil}, {"", nil, nil},
		} {
			properties := map[string]tftypes.Value{}
			for i, value := range []any{tc.nested, tc.flat} {
				properties[paths[i]] = tftypes.NewValue(tftypes.String, value)
			}
			wantResult(t, call, name, properties, tc.want)
		}
		for path, want := range map[string]any{paths[0]: "a", paths[1]: "a", "host_name": nil, "outputs.code": nil} {
			wantResult(t, call, name, map[string]tftypes.Value{path: tftypes.NewValue(tftypes.String, "a")}, want)
		}
	}
}

// A null stays null, as what is not there yet is no error. OpenTofu sends no value for an argument that is null.
//
// Fault: null argument.
func TestFunctionsOfNull(t *testing.T) {
	call := caller(t)
	_, schemas := newServer(t)
	for name, signature := range schemas.Functions {
		if !signature.Parameters[0].AllowNullValue {
			t.Errorf("%s: the engine refuses a null, want it allowed", name)
		}
		for _, null := range []any{nil, &tfprotov6.DynamicValue{}, (*tfprotov6.DynamicValue)(nil)} {
			wantResult(t, call, name, null, nil)
		}
	}
	wantEqual(t, "functions", len(schemas.Functions), 4)
}

// All of it once through the engine, which encodes the arguments and reports the errors in its own way. No provider block is needed.
func TestAccFunctions(t *testing.T) {
	need(t, providerFunctions)
	acceptance(t,
		resource.TestStep{
			Config:      `output "time" { value = provider::coc::rfc3339(0.5) }`,
			ExpectError: message(`Invalid value for "milliseconds" parameter`, "must be a whole number"),
		},
		resource.TestStep{
			Config: `
				resource "terraform_data" "later" {
				  input = 1750659139050
				}
				output "values" {
				  value = jsonencode([
				    [for t in [1750659139000, 253402300799999, -1, null] : provider::coc::rfc3339(t)],
				    provider::coc::rfc3339(terraform_data.later.output),
				    [for t in ["2025-06-23T08:12:19+02:00", "9999-12-31T23:59:59.999Z", null] : provider::coc::milliseconds(t)],
				    provider::coc::milliseconds(timeadd("2025-06-23T06:12:19Z", "-24h")),
				    [for p in [
				      { provider = "ecs", "properties.host_name" = "web-0001", "properties.floating_ip" = null }, { resource_name = null }, {}, null,
				    ] : provider::coc::host_name(p)],
				    provider::coc::host_ip({ fixed_ip = "10.2.51.200" }),
				  ])
				}`,
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("values", knownvalue.StringExact(
				`[["2025-06-23T06:12:19.000Z","9999-12-31T23:59:59.999Z","1969-12-31T23:59:59.999Z",null],"2025-06-23T06:12:19.050Z",`+
					`[1750659139000,253402300799999,null],1750572739000,["web-0001",null,null,null],"10.2.51.200"]`,
			))},
		},
	)
}
