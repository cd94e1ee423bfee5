package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

// rowField is one field of a row: what the schema says of it, and its value in Terraform's encoding.
type rowField struct {
	name      string
	attribute schema.Attribute
	encode    func(*msgpack.Encoder, *coc.ExecutionInstance) error
}

// rowFields are the response table's ("Table 3 data"), name for name. Schema and encoding both come from here.
var rowFields = []rowField{
	{
		"id", schema.Int64Attribute{MarkdownDescription: "Number of the batch execution instance.", Computed: true},
		func(e *msgpack.Encoder, i *coc.ExecutionInstance) error { return encodeInt(e, i.ID) },
	},
	{
		"execution_instance_id", schema.StringAttribute{MarkdownDescription: "ID of the instance (`EXI…`).", Computed: true},
		func(e *msgpack.Encoder, i *coc.ExecutionInstance) error { return encodeText(e, i.ExecutionInstanceID) },
	},
	{
		"execution_step_id", schema.StringAttribute{MarkdownDescription: "ID of the instance's step (`EXS…`).", Computed: true},
		func(e *msgpack.Encoder, i *coc.ExecutionInstance) error { return encodeText(e, i.ExecutionStepID) },
	},
	{
		"start_time", schema.Int64Attribute{MarkdownDescription: "When it started, in milliseconds since 1970-01-01 UTC.", Computed: true},
		func(e *msgpack.Encoder, i *coc.ExecutionInstance) error { return encodeInt(e, i.StartTime) },
	},
	{
		"end_time", schema.Int64Attribute{MarkdownDescription: "When it ended, in milliseconds since 1970-01-01 UTC; null while it runs.", Computed: true},
		func(e *msgpack.Encoder, i *coc.ExecutionInstance) error { return encodeInt(e, i.EndTime) },
	},
	{
		"status", schema.StringAttribute{MarkdownDescription: "`Running`, `Succeed`, `Canceled` or `Failed`, as documented; another one is passed on as it is.", Computed: true},
		func(e *msgpack.Encoder, i *coc.ExecutionInstance) error { return encodeText(e, i.Status) },
	},
	{
		"message", schema.StringAttribute{MarkdownDescription: "What the service says of the execution, often null.", Computed: true},
		func(e *msgpack.Encoder, i *coc.ExecutionInstance) error { return encodeText(e, i.Message) },
	},
	{
		"properties", schema.MapAttribute{
			MarkdownDescription: "The host that a script ran on, or the parameters and results of an API call, flattened: nested names are joined " +
				"with dots (`properties.host_name`), elements of an array take their index (`ids.0`).",
			ElementType: types.StringType,
			Computed:    true,
		},
		func(e *msgpack.Encoder, i *coc.ExecutionInstance) error { return encodeTexts(e, i.Properties) },
	},
}

func rowAttributes() map[string]schema.Attribute {
	attributes := make(map[string]schema.Attribute, len(rowFields))
	for _, field := range rowFields {
		attributes[field.name] = field.attribute
	}
	return attributes
}

// encodeRows writes rows as a list of objects.
func encodeRows(e *msgpack.Encoder, rows []coc.ExecutionInstance) error {
	if err := e.EncodeArrayLen(len(rows)); err != nil {
		return err
	}
	for i := range rows {
		if err := e.EncodeMapLen(len(rowFields)); err != nil {
			return err
		}
		for _, field := range rowFields {
			if err := e.EncodeString(field.name); err != nil {
				return err
			}
			if err := field.encode(e, &rows[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func encodeInt(e *msgpack.Encoder, n *int64) error {
	if n == nil {
		return e.EncodeNil()
	}
	return e.EncodeInt(*n)
}

func encodeText(e *msgpack.Encoder, s *string) error {
	if s == nil {
		return e.EncodeNil()
	}
	return e.EncodeString(*s)
}

func encodeTexts(e *msgpack.Encoder, m map[string]*string) error {
	if m == nil {
		return e.EncodeNil()
	}
	if err := e.EncodeMapLen(len(m)); err != nil {
		return err
	}
	for key, value := range m {
		if err := e.EncodeString(key); err != nil {
			return err
		}
		if err := encodeText(e, value); err != nil {
			return err
		}
	}
	return nil
}
