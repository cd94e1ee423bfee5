package provider

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// call calls a function by the protocol. The argument is what tftypes.NewValue takes.
func call(t *testing.T, name string, argument any) (tftypes.Value, *tfprotov6.FunctionError) {
	t.Helper()
	server, schemas := newServer(t)
	signature := schemas.Functions[name]
	if signature == nil || len(signature.Parameters) != 1 {
		t.Fatalf("there is no function %s of one parameter", name)
	}
	typ := signature.Parameters[0].Type
	given, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, argument))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: []*tfprotov6.DynamicValue{&given}})
	if err != nil {
		t.Fatal(err)
	}
	if resp.Error != nil {
		return tftypes.Value{}, resp.Error
	}
	result, err := resp.Result.Unmarshal(signature.Return.Type)
	if err != nil {
		t.Fatal(err)
	}
	return result, nil
}

// OpenTofu sends no value for an argument that is null. The functions take that for a null.
func TestNullWithoutAValue(t *testing.T) {
	server, schemas := newServer(t)
	for name, signature := range schemas.Functions {
		for how, argument := range map[string]*tfprotov6.DynamicValue{"an empty value": {}, "nothing": nil} {
			resp, err := server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: []*tfprotov6.DynamicValue{argument}})
			if err != nil || resp.Error != nil {
				t.Errorf("%s of %s: %v, %+v", name, how, err, resp.Error)
				continue
			}
			if result, err := resp.Result.Unmarshal(signature.Return.Type); err != nil || !result.IsNull() {
				t.Errorf("%s of %s is %s, %v", name, how, result, err)
			}
		}
	}
}

// wantResult checks that a call had this result; a nil is null.
func wantResult(t *testing.T, got tftypes.Value, failed *tfprotov6.FunctionError, typ tftypes.Type, want any) {
	t.Helper()
	if failed != nil {
		t.Fatalf("error: %s", failed.Text)
	}
	if value := tftypes.NewValue(typ, want); !got.Equal(value) {
		t.Errorf("got %s, want %s", got, value)
	}
}

// wantArgumentError checks that a call failed at its argument, and what it said.
func wantArgumentError(t *testing.T, failed *tfprotov6.FunctionError, part string) {
	t.Helper()
	if failed == nil {
		t.Fatal("no error")
	}
	if failed.FunctionArgument == nil || *failed.FunctionArgument != 0 || !strings.Contains(failed.Text, part) {
		t.Errorf("got %q at argument %v, want %q at argument 0", failed.Text, failed.FunctionArgument, part)
	}
}

// Each of these pairs is the same time, whichever of the two is given, and wherever that is.
func TestFunctionTimes(t *testing.T) {
	here := time.Local
	t.Cleanup(func() { time.Local = here })
	time.Local = time.FixedZone("Tokyo", 9*60*60)
	for name, tc := range map[string]struct {
		milliseconds int64
		rfc3339      string
	}{
		"a start of the vendor's example": {milliseconds: 1750659139000, rfc3339: "2025-06-23T06:12:19Z"},
		"milliseconds":                    {milliseconds: 1750659139050, rfc3339: "2025-06-23T06:12:19.050Z"},
		"three digits, always":            {milliseconds: 1750659139500, rfc3339: "2025-06-23T06:12:19.500Z"},
		"one millisecond":                 {milliseconds: 1, rfc3339: "1970-01-01T00:00:00.001Z"},
		"the epoch":                       {milliseconds: 0, rfc3339: "1970-01-01T00:00:00Z"},
		"before the epoch":                {milliseconds: -1, rfc3339: "1969-12-31T23:59:59.999Z"},
		"a leap day":                      {milliseconds: 1709164800000, rfc3339: "2024-02-29T00:00:00Z"},
		"beyond a time's nanoseconds":     {milliseconds: 9223372036855, rfc3339: "2262-04-11T23:47:16.855Z"},
		"the first":                       {milliseconds: -62135596800000, rfc3339: "0001-01-01T00:00:00Z"},
		"the last":                        {milliseconds: 253402300799999, rfc3339: "9999-12-31T23:59:59.999Z"},
	} {
		t.Run(name, func(t *testing.T) {
			got, failed := call(t, "rfc3339", tc.milliseconds)
			wantResult(t, got, failed, tftypes.String, tc.rfc3339)
			got, failed = call(t, "milliseconds", tc.rfc3339)
			wantResult(t, got, failed, tftypes.Number, tc.milliseconds)
		})
	}
}

// From one end of the years to the other, a time comes back as it was.
func TestFunctionTimesAreInverse(t *testing.T) {
	const first, last, step = -62135596800000, 253402300799999, 31_556_952_007 // a year and some milliseconds
	times := 0
	for ms := int64(first); ms <= last; ms += step {
		text, err := formatTime(new(big.Float).SetInt64(ms))
		if err != nil {
			t.Fatalf("%d: %v", ms, err)
		}
		if back, err := parseTime(text); err != nil || back != ms {
			t.Fatalf("%d is %s, which is %d, %v", ms, text, back, err)
		}
		times++
	}
	if times < 9000 {
		t.Errorf("only %d times", times)
	}
}

func TestFunctionRFC3339Refuses(t *testing.T) {
	number := func(text string) *big.Float {
		n, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const years = "must be in the years 0001 to 9999"
	for name, tc := range map[string]struct {
		milliseconds *big.Float
		want         string
	}{
		"a fraction":                  {milliseconds: number("1750659139000.5"), want: "must be a whole number"},
		"a fraction finer than float": {milliseconds: number("1750659139000.00000000000000000001"), want: "must be a whole number"},
		"a tiny fraction":             {milliseconds: number("1e-300"), want: "must be a whole number"},
		"before the first":            {milliseconds: number("-62135596800001"), want: years},
		"after the last":              {milliseconds: number("253402300800000"), want: years},
		"microseconds":                {milliseconds: number("1750659139000000"), want: years},
		"the largest int64":           {milliseconds: number("9223372036854775807"), want: years},
		"beyond int64":                {milliseconds: number("9223372036854775808"), want: years},
		"a multiple of 2^64":          {milliseconds: number("18446744073709551616"), want: years},
		"the smallest int64":          {milliseconds: number("-9223372036854775808"), want: years},
		"huge":                        {milliseconds: number("1e400"), want: years},
	} {
		t.Run(name, func(t *testing.T) {
			_, failed := call(t, "rfc3339", tc.milliseconds)
			wantArgumentError(t, failed, tc.want)
		})
	}
}

// One time has many texts.
func TestFunctionMillisecondsReads(t *testing.T) {
	for name, tc := range map[string]struct {
		rfc3339 string
		want    int64
	}{
		"an offset to the east":     {rfc3339: "2025-06-23T08:12:19+02:00", want: 1750659139000},
		"an offset to the west":     {rfc3339: "2025-06-22T22:42:19-07:30", want: 1750659139000},
		"the largest offset":        {rfc3339: "2025-06-24T06:11:19+23:59", want: 1750659139000},
		"an offset of nothing":      {rfc3339: "2025-06-23T06:12:19+00:00", want: 1750659139000},
		"an unknown offset":         {rfc3339: "2025-06-23T06:12:19-00:00", want: 1750659139000},
		"lower case":                {rfc3339: "2025-06-23t06:12:19z", want: 1750659139000},
		"tenths":                    {rfc3339: "2025-06-23T06:12:19.5Z", want: 1750659139500},
		"nanoseconds of zeros":      {rfc3339: "2025-06-23T06:12:19.050000000Z", want: 1750659139050},
		"twelve digits, most zeros": {rfc3339: "2025-06-23T06:12:19.050000000000+00:00", want: 1750659139050},
		"a fraction, and an offset": {rfc3339: "2025-06-23T08:12:19.050+02:00", want: 1750659139050},
		"year 0, but not in UTC":    {rfc3339: "0000-12-31T23:00:00-01:00", want: -62135596800000},
	} {
		t.Run(name, func(t *testing.T) {
			got, failed := call(t, "milliseconds", tc.rfc3339)
			wantResult(t, got, failed, tftypes.Number, tc.want)
		})
	}
}

func TestFunctionMillisecondsRefuses(t *testing.T) {
	const form, clock = "must be a time in RFC 3339", "must be a day of the calendar"
	for name, tc := range map[string]struct{ rfc3339, want string }{
		"nothing":                 {rfc3339: "", want: form},
		"a word":                  {rfc3339: "yesterday", want: form},
		"a number":                {rfc3339: "1750659139000", want: form},
		"a date":                  {rfc3339: "2025-06-23", want: form},
		"no offset":               {rfc3339: "2025-06-23T06:12:19", want: form},
		"no seconds":              {rfc3339: "2025-06-23T06:12Z", want: form},
		"a blank for the T":       {rfc3339: "2025-06-23 06:12:19Z", want: form},
		"a blank behind":          {rfc3339: "2025-06-23T06:12:19Z ", want: form},
		"a line end behind":       {rfc3339: "2025-06-23T06:12:19Z\n", want: form},
		"one digit of an hour":    {rfc3339: "2025-06-23T6:12:19Z", want: form},
		"a comma":                 {rfc3339: "2025-06-23T06:12:19,5Z", want: form},
		"a point, and no digit":   {rfc3339: "2025-06-23T06:12:19.Z", want: form},
		"an offset of a day":      {rfc3339: "2025-06-23T06:12:19+24:00", want: form},
		"an offset of 60 minutes": {rfc3339: "2025-06-23T06:12:19+01:60", want: form},
		"an offset in one word":   {rfc3339: "2025-06-23T06:12:19+0200", want: form},
		"a year of five digits":   {rfc3339: "10000-01-01T00:00:00Z", want: form},
		"other digits":            {rfc3339: "٢٠٢٥-06-23T06:12:19Z", want: form},
		"30 February":             {rfc3339: "2025-02-30T00:00:00Z", want: clock},
		"no leap day":             {rfc3339: "2025-02-29T00:00:00Z", want: clock},
		"month 13":                {rfc3339: "2025-13-01T00:00:00Z", want: clock},
		"hour 24":                 {rfc3339: "2025-06-23T24:00:00Z", want: clock},
		"a leap second":           {rfc3339: "2016-12-31T23:59:60Z", want: clock},
		"microseconds":            {rfc3339: "2025-06-23T06:12:19.000001Z", want: "finer than a millisecond"},
		"a tenth digit":           {rfc3339: "2025-06-23T06:12:19.0000000001Z", want: "finer than a millisecond"},
		"year 0":                  {rfc3339: "0000-12-31T23:59:59Z", want: "must be in the years 0001 to 9999"},
		"year 0 in UTC":           {rfc3339: "0001-01-01T00:00:00+00:01", want: "must be in the years 0001 to 9999"},
		"year 10000 in UTC":       {rfc3339: "9999-12-31T23:59:59-00:01", want: "must be in the years 0001 to 9999"},
	} {
		t.Run(name, func(t *testing.T) {
			_, failed := call(t, "milliseconds", tc.rfc3339)
			wantArgumentError(t, failed, tc.want)
		})
	}
}

// A sensitive argument reaches the provider as any other: no error tells it.
func TestFunctionErrorsDoNotQuote(t *testing.T) {
	for name, tc := range map[string]struct {
		function string
		argument any
		secret   string
	}{
		"a word":               {function: "milliseconds", argument: "hunter2", secret: "hunter2"},
		"a fine time":          {function: "milliseconds", argument: "1999-04-17T06:12:19.123456Z", secret: "1999"},
		"a day that is none":   {function: "milliseconds", argument: "1999-04-31T06:12:19Z", secret: "1999"},
		"a time of year 0":     {function: "milliseconds", argument: "0000-04-17T06:12:19Z", secret: "04-17"},
		"a large number":       {function: "rfc3339", argument: int64(4417123456789112), secret: "4417"},
		"a number that is odd": {function: "rfc3339", argument: 4417.25, secret: "4417"},
	} {
		t.Run(name, func(t *testing.T) {
			_, failed := call(t, tc.function, tc.argument)
			wantArgumentError(t, failed, "must ")
			if strings.Contains(failed.Text, tc.secret) {
				t.Errorf("the error tells the argument: %s", failed.Text)
			}
		})
	}
}

func TestFunctionHostName(t *testing.T) {
	text := func(value any) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }
	for name, tc := range map[string]struct {
		properties map[string]tftypes.Value
		want       any
	}{
		"nested":                  {properties: map[string]tftypes.Value{"properties.host_name": text("web-0001"), "provider": text("ecs")}, want: "web-0001"},
		"flat":                    {properties: map[string]tftypes.Value{"resource_name": text("ecs-0001"), "provider": text("ecs")}, want: "ecs-0001"},
		"both":                    {properties: map[string]tftypes.Value{"properties.host_name": text("web-0001"), "resource_name": text("ecs-0001")}, want: "web-0001"},
		"nested null, flat":       {properties: map[string]tftypes.Value{"properties.host_name": text(nil), "resource_name": text("ecs-0001")}, want: "ecs-0001"},
		"nested empty, flat":      {properties: map[string]tftypes.Value{"properties.host_name": text(""), "resource_name": text("ecs-0001")}, want: "ecs-0001"},
		"nested null, flat empty": {properties: map[string]tftypes.Value{"properties.host_name": text(nil), "resource_name": text("")}, want: nil},
		"another host_name":       {properties: map[string]tftypes.Value{"host_name": text("web-0001")}, want: nil},
		"a call of an API":        {properties: map[string]tftypes.Value{"outputs.code": text("200"), "outputs.body": text(nil)}, want: nil},
		"empty":                   {properties: map[string]tftypes.Value{}, want: nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, failed := call(t, "host_name", tc.properties)
			wantResult(t, got, failed, tftypes.String, tc.want)
		})
	}
}

// A null stays null, for what is not there yet is no error.
func TestFunctionsOfNull(t *testing.T) {
	for name, result := range map[string]tftypes.Type{"rfc3339": tftypes.String, "milliseconds": tftypes.Number, "host_name": tftypes.String} {
		t.Run(name, func(t *testing.T) {
			if _, schemas := newServer(t); !schemas.Functions[name].Parameters[0].AllowNullValue {
				t.Error("the engine refuses a null")
			}
			got, failed := call(t, name, nil)
			wantResult(t, got, failed, result, nil)
		})
	}
}

// The registry's pages, and editors, come from the descriptions.
func TestFunctionDescriptions(t *testing.T) {
	_, schemas := newServer(t)
	if len(schemas.Functions) != 3 {
		t.Errorf("%d functions, want 3", len(schemas.Functions))
	}
	for name, f := range schemas.Functions {
		if f.Summary == "" || f.Description == "" || f.DescriptionKind != tfprotov6.StringKindMarkdown {
			t.Errorf("%s has no summary, or no Markdown description", name)
		}
		for _, p := range f.Parameters {
			if p.Description == "" || p.DescriptionKind != tfprotov6.StringKindMarkdown {
				t.Errorf("%s: %s has no Markdown description", name, p.Name)
			}
		}
	}
}

// engineVersion is what an engine begins the output of its command version with. (Its JSON does not tell OpenTofu from Terraform.)
var engineVersion = regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v(\d+)\.(\d+)\S*`)

// lacksFunctions returns why an engine cannot call the functions of a provider, or nothing if it can.
func lacksFunctions(version string) (why string, err error) {
	engine := engineVersion.FindStringSubmatch(version)
	if engine == nil {
		return "", fmt.Errorf("neither Terraform nor OpenTofu: %s", version)
	}
	var major, minor int
	if _, err := fmt.Sscan(engine[2], &major); err != nil {
		return "", err
	}
	if _, err := fmt.Sscan(engine[3], &minor); err != nil {
		return "", err
	}
	first := map[string]int{"Terraform": 8, "OpenTofu": 7}[engine[1]]
	if major > 1 || minor >= first {
		return "", nil
	}
	return fmt.Sprintf("SKIPPED: %s has no functions of providers; %s 1.%d has", engine[0], engine[1], first), nil
}

// needFunctions skips a test on an engine without functions of providers.
func needFunctions(t *testing.T) {
	t.Helper()
	version, err := engine(t, t.TempDir(), "version")
	if err != nil {
		t.Fatalf("version: %v\n%s", err, version)
	}
	why, err := lacksFunctions(version)
	if err != nil {
		t.Fatal(err)
	}
	if why != "" {
		t.Skip(why)
	}
}

func TestLacksFunctions(t *testing.T) {
	for version, want := range map[string]string{
		"Terraform v1.5.7\non linux_amd64\n":         "SKIPPED: Terraform v1.5.7 has no functions of providers; Terraform 1.8 has",
		"Terraform v1.7.5\n":                         "SKIPPED: Terraform v1.7.5 has no functions of providers; Terraform 1.8 has",
		"Terraform v1.8.0\n":                         "",
		"Terraform v1.11.4\non linux_amd64\n":        "",
		"Terraform v1.16.0-dev\n":                    "",
		"Terraform v2.0.0\n":                         "",
		"OpenTofu v1.6.3\n":                          "SKIPPED: OpenTofu v1.6.3 has no functions of providers; OpenTofu 1.7 has",
		"OpenTofu v1.7.0\n":                          "",
		"OpenTofu v1.12.6\n":                         "",
		"\nWarning: something\n\nTerraform v1.7.5\n": "SKIPPED: Terraform v1.7.5 has no functions of providers; Terraform 1.8 has",
	} {
		if got, err := lacksFunctions(version); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", version, got, err, want)
		}
	}
	if _, err := lacksFunctions("Packer v1.11.2\n"); err == nil {
		t.Error("Packer passes for an engine")
	}
}

// All of it once through the engine, which encodes the arguments and reports the errors in its own way. No provider block is needed.
func TestAccFunctions(t *testing.T) {
	needFunctions(t)
	acceptance(t,
		resource.TestStep{
			Config:      `output "time" { value = provider::coc::rfc3339(0.5) }`,
			ExpectError: message(`Invalid value for "milliseconds" parameter`, "must be a whole number"),
		},
		resource.TestStep{
			Config:      `output "time" { value = provider::coc::milliseconds("2025-06-23T06:12:19.0001Z") }`,
			ExpectError: message(`Invalid value for "rfc3339" parameter`, "must not be finer than a millisecond"),
		},
		resource.TestStep{
			Config: `
				resource "terraform_data" "later" {
				  input = 1750659139050
				}
				output "values" {
				  value = {
				    rfc3339      = [for t in [1750659139000, 253402300799999, -1, null] : provider::coc::rfc3339(t)]
				    unknown      = provider::coc::rfc3339(terraform_data.later.output)
				    milliseconds = [for t in ["2025-06-23T08:12:19+02:00", "9999-12-31T23:59:59.999Z", null] : provider::coc::milliseconds(t)]
				    timeadd      = provider::coc::milliseconds(timeadd("2025-06-23T06:12:19Z", "-24h"))
				    host_name = [for p in [
				      { provider = "ecs", "properties.host_name" = "web-0001", "properties.floating_ip" = null },
				      { resource_name = "ecs-0001" },
				      { resource_name = null },
				      {},
				      null,
				    ] : provider::coc::host_name(p)]
				  }
				}`,
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("values", knownvalue.ObjectExact(map[string]knownvalue.Check{
				"rfc3339": knownvalue.ListExact([]knownvalue.Check{
					knownvalue.StringExact("2025-06-23T06:12:19Z"), knownvalue.StringExact("9999-12-31T23:59:59.999Z"),
					knownvalue.StringExact("1969-12-31T23:59:59.999Z"), knownvalue.Null(),
				}),
				"unknown": knownvalue.StringExact("2025-06-23T06:12:19.050Z"),
				"milliseconds": knownvalue.ListExact([]knownvalue.Check{
					knownvalue.Int64Exact(1750659139000), knownvalue.Int64Exact(253402300799999), knownvalue.Null(),
				}),
				"timeadd": knownvalue.Int64Exact(1750572739000),
				"host_name": knownvalue.ListExact([]knownvalue.Check{
					knownvalue.StringExact("web-0001"), knownvalue.StringExact("ecs-0001"), knownvalue.Null(), knownvalue.Null(), knownvalue.Null(),
				}),
			}))},
		},
	)
}
