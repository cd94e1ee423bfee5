package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

const runDoc = "Finds a run of a job or of a script, reads its steps and hosts, and gives a verdict for a gate. The " +
	"verdict fails closed: what is not known to have succeeded has not."

func runSchema(ctx context.Context) schema.Schema {
	s := schema.Schema{MarkdownDescription: runDoc, Attributes: runResults()}
	for name, attribute := range map[string]schema.Attribute{
		"job": schema.StringAttribute{
			MarkdownDescription: "Name of the job, exactly. The newest ticket of that name is read, child tickets left out. A " +
				"name that no ticket has is an error.",
			Optional: true,
			Validators: []validator.String{textValidator{
				must: "must be the name of a job, without blanks around it", empty: "it names the job whose newest run is judged",
			}},
		},
		"execution_id": schema.StringAttribute{
			MarkdownDescription: "ID of the ticket (`EX…`), for one certain run, and for a child ticket.",
			Optional:            true,
			Validators: []validator.String{idValidator(&coc.Argument{
				Name: "execution_id", Kind: coc.ID, InPath: true, Prefix: "EX", Problem: "job finds the newest ticket by its name",
			})},
		},
		"script_order_name": schema.StringAttribute{
			MarkdownDescription: "Name of a script order, exactly, for a script that was executed by itself. The newest " +
				"script order of that name is read. A name that none has is an error.",
			Optional: true,
			Validators: []validator.String{textValidator{
				must: "must be the name of a script order, without blanks around it", empty: "it names the order to judge",
			}},
		},
		"script_order_id": schema.StringAttribute{
			MarkdownDescription: "ID of a script order (`SCT…`, its `execute_uuid`), for one certain run.",
			Optional:            true,
			Validators: []validator.String{idValidator(&coc.Argument{
				Name: "script_order_id", Kind: coc.ID, InPath: true, Prefix: "SCT",
				Problem: "script_order_name finds the newest script order by its name",
			})},
		},
		"started_after": schema.StringAttribute{
			MarkdownDescription: "When the newest run must have started at the earliest, in RFC 3339, such as " +
				"`timeadd(plantimestamp(), \"-2h\")`; an older one is an error. It keeps yesterday's success from opening " +
				"today's gate. It is compared with the service's clock. A ticket that has no start yet has just begun, and " +
				"passes. Use it only with `job` or `script_order_name`.",
			Optional: true,
			Validators: []validator.String{textValidator{must: "must be a time in RFC 3339", check: func(text string) string {
				if _, err := parseTime(text); err != nil {
					return " " + err.Error() + ", " + got(text)
				}
				return ""
			}}},
		},
		"step_names": schema.SetAttribute{
			MarkdownDescription: "Names of the steps to judge. A name that the ticket lacks is an error once it has ended. " +
				"A script order has no steps. Default: all steps.",
			ElementType: types.StringType,
			Optional:    true,
			Validators: []validator.Set{
				setvalidator.SizeAtLeast(1),
				setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(textValidator{
					must: "must be the name of a step, without blanks around it", empty: "leave step_names out to judge all steps",
				}),
			},
		},
		"expected_instances": schema.Int64Attribute{
			MarkdownDescription: "How many instances the judged steps must have together, 0 or more. A host on which two " +
				"steps ran counts twice. `0` is for a job without hosts. Without it at least one is needed, and hosts that the " +
				"service never lists are not noticed.",
			Optional:   true,
			Validators: []validator.Int64{int64validator.AtLeast(0)},
		},
		"wait_for_completion": schema.BoolAttribute{
			MarkdownDescription: "Whether to wait until the run has ended, and then up to 30 seconds for rows that the " +
				"service lists late. Default: `false`.",
			Optional: true,
		},
		"include_messages": schema.BoolAttribute{
			MarkdownDescription: "Whether `failed` and `summary` have the messages of the instances. They hold what a script " +
				"has printed, and so may hold secrets. Default: `true`.",
			Optional: true,
		},
		"timeouts": timeoutsAttribute(ctx, "all its requests, and with the wait for the end of the run"),
	} {
		s.Attributes[name] = attribute
	}
	return s
}

// runResults are the attributes of the verdict.
func runResults() map[string]schema.Attribute {
	text := func(doc string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: doc, Computed: true}
	}
	flag := func(doc string) schema.Attribute {
		return schema.BoolAttribute{MarkdownDescription: doc, Computed: true}
	}
	return map[string]schema.Attribute{
		"id":     text("ID of the ticket (`EX…`) or of the script order (`SCT…`)."),
		"name":   text("Name of the job or of the script order; null with `script_order_id`."),
		"status": text("Status of the ticket or the script order, as the service has it."),
		"finished": flag("Whether the run has ended, as `finished` of [coc_execution](execution.md) or " +
			"[coc_script_order](script_order.md)."),
		"succeeded": flag("Whether the run has ended in `Succeed` (or `FINISHED`), and so have all of its instances, in the right number, " +
			"and every judged step is in order. See [When a run has succeeded](#when-a-run-has-succeeded)."),
		"summary": text("What happened, for the `error_message` of a gate: the run and its end, the numbers of instances, " +
			"what is not in order, and the first ten hosts that did not succeed. At most 4 KiB, and never null."),
		"started_at": text("When the run started, in RFC 3339; null if it has not."),
		"ended_at":   text("When the run ended, in RFC 3339; null while it runs."),
		"instance_count": schema.Int64Attribute{
			MarkdownDescription: "Number of instances of the judged steps.", Computed: true,
		},
		"status_counts": schema.MapAttribute{
			MarkdownDescription: "Number of these instances with each status. Those without a status are counted under the " +
				"empty text.",
			ElementType: types.Int64Type, Computed: true,
		},
		"step_statuses": schema.MapAttribute{
			MarkdownDescription: "Status of every step by its name. Of a name that occurs twice it has the status that is not " +
				"`Succeed`. A step without a name stands under its ID. It is null for a script order.",
			ElementType: types.StringType, Computed: true,
		},
		"failed": failedAttribute(),
	}
}

// failedAttribute is a list of objects for the reason that [objects] gives.
func failedAttribute() schema.Attribute {
	of := map[string]attr.Type{}
	for name, attribute := range attributes(failedFields) {
		of[name] = attribute.GetType()
	}
	return schema.ListAttribute{
		MarkdownDescription: "The instances of the judged steps that did not succeed and are not under way. Nothing is " +
			"kept of the others. Each element has:" + fieldList("\n  ", failedFields) +
			"\n\n  A value that the service does not have is null.",
		ElementType: types.ObjectType{AttrTypes: of},
		Computed:    true,
	}
}

// failedFields are the fields of an element of failed.
var failedFields = []rows.Field{
	{Name: "instance_id", Kind: rows.Text, Doc: "ID of the instance (`EXI…`). An instance of a script order has a number " +
		"instead."},
	{Name: "step_name", Kind: rows.Text, Doc: "Name of its step; null for a script order."},
	{Name: "host_name", Kind: rows.Text, Doc: "Name of the host."},
	{Name: "host_ip", Kind: rows.Text, Doc: "Its fixed IP address."},
	{Name: "resource_id", Kind: rows.Text, Doc: "ID of the host as a resource, such as an ECS."},
	{Name: "region_id", Kind: rows.Text, Doc: "The region that the host is in."},
	{Name: "status", Kind: rows.Text, Doc: "Status of the instance, as the service has it."},
	{Name: "message", Kind: rows.Text, Doc: "What the service says of it, cut at 4 KiB, with a mark; " +
		"[coc_execution_instances](execution_instances.md) or [coc_script_order_instances](script_order_instances.md) " +
		"has all of it."},
	{Name: "started_at", Kind: rows.Text, Doc: "When it started, in RFC 3339."},
	{Name: "ended_at", Kind: rows.Text, Doc: "When it ended, in RFC 3339."},
}
