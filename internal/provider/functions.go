package provider

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The functions send no request, and need no provider block. Their errors do not quote the argument, since it may be
// sensitive and a function cannot know that. Terraform and OpenTofu show values that are not sensitive next to the
// error. They also add the full stop, so an error here ends without one.
type cocFunction struct {
	name       string
	definition function.Definition
	run        func(context.Context, function.RunRequest, *function.RunResponse)
}

var _ function.Function = cocFunction{}

func (f cocFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f cocFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = f.definition
}

func (f cocFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	f.run(ctx, req, resp)
}

// functions returns the provider's functions. A configuration calls them as provider::coc::NAME.
func functions() (all []func() function.Function) {
	for _, f := range []cocFunction{
		rfc3339Function(), millisecondsFunction(),
		propertyFunction("host_name", "the name", "properties.host_name", "resource_name"),
		propertyFunction("host_ip", "the fixed IP address", "properties.fixed_ip", "fixed_ip"),
	} {
		all = append(all, func() function.Function { return f })
	}
	return all
}

// run runs a function with one argument.
func run[A, R any](
	convert func(A) (R, error),
) func(context.Context, function.RunRequest, *function.RunResponse) {
	return func(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
		var argument A
		if resp.Error = req.Arguments.Get(ctx, &argument); resp.Error != nil {
			return
		}
		result, err := convert(argument)
		if err != nil {
			resp.Error = function.NewArgumentFuncError(0, err.Error())
			return
		}
		resp.Error = resp.Result.Set(ctx, result)
	}
}

// orNull returns a null for a null, and converts anything else.
func orNull[A, R any](convert func(*A) (R, error)) func(*A) (*R, error) {
	return func(argument *A) (*R, error) {
		if argument == nil {
			return nil, nil //nolint:nilnil // a null is a result
		}
		result, err := convert(argument)
		return &result, err
	}
}

// functionsNeed is the paragraph about versions in the documentation of each function. What works without the function
// follows it.
const functionsNeed = "\n\nProvider functions need Terraform 1.8. Every supported version of OpenTofu has them."

// rfc3339Function turns milliseconds into a text.
func rfc3339Function() cocFunction {
	return cocFunction{name: "rfc3339", run: run(orNull(formatTime)), definition: function.Definition{
		Summary: "Formats a time in milliseconds as RFC 3339",
		MarkdownDescription: "Formats a time of the API, in milliseconds since 1970-01-01 UTC, as RFC 3339 in UTC: " +
			"`\"2025-06-23T06:12:19.050Z\"` for `1750659139050`. The milliseconds always have three digits, so that the " +
			"times in a column line up: `\"2025-06-23T06:12:19.000Z\"` for `1750659139000`. A null, such as the " +
			"`end_time` of a run that has not ended, stays null. The inverse is [milliseconds](milliseconds.md), which gives " +
			"the same number." +
			functionsNeed + " Without them, `timeadd(\"1970-01-01T00:00:00Z\", \"${milliseconds}ms\")` gives the time " +
			"without its milliseconds, and fails for a null.",
		Parameters: []function.Parameter{function.NumberParameter{
			Name: "milliseconds",
			MarkdownDescription: "Milliseconds since 1970-01-01 UTC, negative before that. A fraction is an error, and so " +
				"is a time outside the years 0001 to 9999.",
			AllowNullValue: true,
		}},
		Return: function.StringReturn{},
	}}
}

func formatTime(milliseconds *big.Float) (string, error) {
	if !milliseconds.IsInt() {
		return "", errors.New("must be a whole number of milliseconds; floor() drops a fraction")
	}
	whole, _ := milliseconds.Int64() // a larger number becomes the largest int64, which is after the year 9999
	t := time.UnixMilli(whole).UTC()
	if !inYears(t) {
		return "", errors.New("must be in the years 0001 to 9999; divide microseconds and nanoseconds first")
	}
	return t.Format("2006-01-02T15:04:05.000Z"), nil
}

// millisecondsFunction turns a text in RFC 3339 into milliseconds.
func millisecondsFunction() cocFunction {
	parse := func(text *string) (int64, error) { return parseTime(*text) }
	return cocFunction{name: "milliseconds", run: run(orNull(parse)), definition: function.Definition{
		Summary: "Converts a time in RFC 3339 to milliseconds",
		MarkdownDescription: "Converts a time in RFC 3339, with any offset, to the milliseconds since 1970-01-01 UTC " +
			"that the API uses: `1750659139000` for `\"2025-06-23T06:12:19Z\"` and for `\"2025-06-23T08:12:19+02:00\"`. A " +
			"null stays null. Yesterday at this time is `provider::coc::milliseconds(timeadd(plantimestamp(), " +
			"\"-24h\"))`. The inverse is [rfc3339](rfc3339.md)." + functionsNeed + " Without them, nothing in the " +
			"language does this: pass the number in, for example with `-var since=$(date +%s000)`.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "rfc3339",
			MarkdownDescription: "A time in RFC 3339, such as `2025-06-23T06:12:19Z`. A time finer than a millisecond is " +
				"an error, and so are a leap second (`:60`) and a time outside the years 0001 to 9999 in UTC.",
			AllowNullValue: true,
		}},
		Return: function.Int64Return{},
	}}
}

// rfc3339 matches a time in RFC 3339. Its group is the fraction of a second. Go's parser is not strict enough: it also
// accepts a comma before the fraction and an offset of 99 hours, and it ignores the tenth digit of a fraction.
var rfc3339 = regexp.MustCompile(
	`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.(\d+))?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$`)

func parseTime(text string) (int64, error) {
	form := rfc3339.FindStringSubmatch(text)
	if form == nil {
		return 0, errors.New("must be a time in RFC 3339, such as 2025-06-23T06:12:19Z or 2025-06-23T08:12:19.050+02:00")
	}
	if len(strings.TrimRight(form[1], "0")) > 3 {
		return 0, errors.New("must not be finer than a millisecond: at most three digits after the seconds")
	}
	t, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	if err != nil {
		return 0, errors.New("must be a day in the calendar, and a time from 00:00:00 to 23:59:59")
	}
	if !inYears(t.UTC()) {
		return 0, errors.New("must be in the years 0001 to 9999, in UTC")
	}
	return t.UnixMilli(), nil
}

// inYears reports whether the year of a time is from 1 to 9999. RFC 3339 has four digits for it. The year 0 is refused,
// as there was none.
func inYears(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9999 }

// propertyFunction finds a fact about a host in the properties of an instance: at the nested path or, if it is not
// there, at the flat one.
func propertyFunction(name, what, nested, flat string) cocFunction {
	find := func(properties map[string]*string) (*string, error) {
		for _, path := range []string{nested, flat} {
			if text := properties[path]; text != nil && *text != "" {
				return text, nil
			}
		}
		return nil, nil //nolint:nilnil // a null is a result
	}
	return cocFunction{name: name, run: run(find), definition: function.Definition{
		Summary: "Finds " + what + " of the host in an instance's properties",
		MarkdownDescription: fmt.Sprintf("Finds %s of the host in the `properties` of an execution instance, or in the "+
			"flattened `target_instance` of a script order's instance. The vendor documents two shapes of hosts: %[1]s is "+
			"in `%s` or, if that is missing, null or empty, in `%s`. The result is null if neither has it, as after an API "+
			"call, or if `properties` is null."+functionsNeed+" Without them, this gives the same:\n\n"+
			"```terraform\ntry(coalesce(\n  lookup(instance.properties, %[2]q, null),\n"+
			"  lookup(instance.properties, %[3]q, null),\n), null)\n```",
			what, nested, flat),
		Parameters: []function.Parameter{function.MapParameter{
			Name: "properties",
			MarkdownDescription: "The `properties` of a row of " +
				"[coc_execution_instances](../data-sources/execution_instances.md), or the `target_instance` of a row of " +
				"[coc_script_order_instances](../data-sources/script_order_instances.md).",
			ElementType:    types.StringType,
			AllowNullValue: true,
		}},
		Return: function.StringReturn{},
	}}
}
