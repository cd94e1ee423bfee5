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
var (
	_ function.Function = rfc3339Function{}
	_ function.Function = millisecondsFunction{}
	_ function.Function = propertyFunction{}
)

// functions returns the provider's functions. A configuration calls them as provider::coc::NAME.
func functions() []func() function.Function {
	return []func() function.Function{
		func() function.Function { return rfc3339Function{} },
		func() function.Function { return millisecondsFunction{} },
		func() function.Function { return hostName },
		func() function.Function { return hostIP },
	}
}

// functionsNeed is the paragraph about versions in the documentation of each function. What works without the function
// follows it.
const functionsNeed = "\n\nFunctions of a provider need Terraform 1.8 or OpenTofu 1.7."

// rfc3339Function turns milliseconds into a text.
type rfc3339Function struct{}

func (rfc3339Function) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "rfc3339"
}

func (rfc3339Function) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The RFC 3339 text of a time in milliseconds",
		MarkdownDescription: "Writes a time of the API, in milliseconds since 1970-01-01 UTC, as RFC 3339 in UTC: " +
			"`\"2025-06-23T06:12:19.050Z\"` for `1750659139050`. There are always three digits of milliseconds, so that the " +
			"times in a column line up: `\"2025-06-23T06:12:19.000Z\"` for `1750659139000`. A null stays null, such as the " +
			"`end_time` of what still runs. [milliseconds](milliseconds.md) is the way back, and gives the same number." +
			functionsNeed + " Without them, `timeadd(\"1970-01-01T00:00:00Z\", \"${milliseconds}ms\")` gives the time " +
			"without its milliseconds, and fails at a null.",
		Parameters: []function.Parameter{function.NumberParameter{
			Name: "milliseconds",
			MarkdownDescription: "Milliseconds since 1970-01-01 UTC, negative before that. " +
				"A fraction is an error, and so is a time outside of the years 0001 to 9999.",
			AllowNullValue: true,
		}},
		Return: function.StringReturn{},
	}
}

func (rfc3339Function) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var milliseconds *big.Float
	if resp.Error = req.Arguments.Get(ctx, &milliseconds); resp.Error != nil {
		return
	}
	result := types.StringNull()
	if milliseconds != nil {
		text, err := formatTime(milliseconds)
		if err != nil {
			resp.Error = function.NewArgumentFuncError(0, err.Error())
			return
		}
		result = types.StringValue(text)
	}
	resp.Error = resp.Result.Set(ctx, result)
}

func formatTime(milliseconds *big.Float) (string, error) {
	if !milliseconds.IsInt() {
		return "", errors.New("must be a whole number of milliseconds; floor() drops a fraction")
	}
	whole, _ := milliseconds.Int64() // a larger number becomes the largest int64, which is after the year 9999
	t := time.UnixMilli(whole).UTC()
	if !inYears(t) {
		return "", errors.New("must be in the years 0001 to 9999; micro- and nanoseconds have to be divided first")
	}
	return t.Format("2006-01-02T15:04:05.000Z"), nil
}

// millisecondsFunction turns a text in RFC 3339 into milliseconds.
type millisecondsFunction struct{}

func (millisecondsFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "milliseconds"
}

func (millisecondsFunction) Definition(
	_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse,
) {
	resp.Definition = function.Definition{
		Summary: "The milliseconds of a time in RFC 3339",
		MarkdownDescription: "Reads a time in RFC 3339, with any offset, as the API has it, in milliseconds since " +
			"1970-01-01 UTC: `1750659139000` for `\"2025-06-23T06:12:19Z\"` and for `\"2025-06-23T08:12:19+02:00\"`. A null " +
			"stays null. Yesterday at this time is `provider::coc::milliseconds(timeadd(plantimestamp(), \"-24h\"))`. " +
			"[rfc3339](rfc3339.md) is the way back." + functionsNeed + " Without them, nothing in the language does this: " +
			"take the number from outside, such as `-var since=$(date +%s000)`.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "rfc3339",
			MarkdownDescription: "A time in RFC 3339, such as `2025-06-23T06:12:19Z`. What is finer than a millisecond is an " +
				"error, and so are a leap second (`:60`) and, in UTC, a time outside of the years 0001 to 9999.",
			AllowNullValue: true,
		}},
		Return: function.Int64Return{},
	}
}

func (millisecondsFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text *string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	result := types.Int64Null()
	if text != nil {
		milliseconds, err := parseTime(*text)
		if err != nil {
			resp.Error = function.NewArgumentFuncError(0, err.Error())
			return
		}
		result = types.Int64Value(milliseconds)
	}
	resp.Error = resp.Result.Set(ctx, result)
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
		return 0, errors.New("must not be finer than a millisecond, which is three digits after the seconds")
	}
	t, err := time.Parse(time.RFC3339, strings.ToUpper(text))
	if err != nil {
		return 0, errors.New("must be a day of the calendar, and a time of the day from 00:00:00 to 23:59:59")
	}
	if !inYears(t.UTC()) {
		return 0, errors.New("must be in the years 0001 to 9999, in UTC")
	}
	return t.UnixMilli(), nil
}

// inYears reports whether the year of a time is from 1 to 9999. RFC 3339 has four digits for it. The year 0 is refused,
// as there was none.
func inYears(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9999 }

// propertyFunction finds a text about a host in the properties of an instance.
type propertyFunction struct {
	name, summary, what string
	paths               [2]string // the nested one, and the flat one for what the first does not give
}

var (
	hostName = propertyFunction{
		name: "host_name", what: "the name",
		summary: "The name of the host that an instance's properties describe",
		paths:   [2]string{"properties.host_name", "resource_name"},
	}
	hostIP = propertyFunction{
		name: "host_ip", what: "the fixed IP address",
		summary: "The fixed IP address of the host that an instance's properties describe",
		paths:   [2]string{"properties.fixed_ip", "fixed_ip"},
	}
)

func (f propertyFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f propertyFunction) Definition(
	_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse,
) {
	resp.Definition = function.Definition{
		Summary: f.summary,
		MarkdownDescription: fmt.Sprintf("Takes %s of the host from the `properties` of an execution instance, or from "+
			"the flattened `target_instance` of a script order's instance. The vendor documents hosts in two shapes: %[1]s "+
			"is in `%s` or, if that is missing, null or empty, in `%s`. The result is null where neither has it, as after a "+
			"call of an API, and where `properties` is null."+functionsNeed+" Without them, this gives the same:\n\n"+
			"```terraform\ntry(coalesce(\n  lookup(instance.properties, %[2]q, null),\n"+
			"  lookup(instance.properties, %[3]q, null),\n), null)\n```",
			f.what, f.paths[0], f.paths[1]),
		Parameters: []function.Parameter{function.MapParameter{
			Name: "properties",
			MarkdownDescription: "The `properties` of a row of " +
				"[coc_execution_instances](../data-sources/execution_instances.md).",
			ElementType:    types.StringType,
			AllowNullValue: true,
		}},
		Return: function.StringReturn{},
	}
}

func (f propertyFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var properties map[string]*string
	if resp.Error = req.Arguments.Get(ctx, &properties); resp.Error == nil {
		resp.Error = resp.Result.Set(ctx, f.find(properties))
	}
}

func (f propertyFunction) find(properties map[string]*string) *string {
	for _, path := range f.paths {
		if text := properties[path]; text != nil && *text != "" {
			return text
		}
	}
	return nil
}
