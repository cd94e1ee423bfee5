package coc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// instancesPath is GET /v1/executions/instances, API name ListExecutionInstances.
const instancesPath = "/v1/executions/instances"

// maxPasses is how often a list is read before it counts as incomplete.
const maxPasses = 3

// ExecutionInstance is one row of the response table ("Table 3 data"). A nil field was null or missing.
type ExecutionInstance struct {
	// ID is the batch execution instance's number, exact to 64 bits.
	ID *int64
	// ExecutionInstanceID (EXI…) and ExecutionStepID (EXS…) are the instance's and its step's ids.
	ExecutionInstanceID, ExecutionStepID *string
	// StartTime and EndTime are milliseconds since 1970-01-01 UTC; EndTime is nil while the instance runs.
	StartTime, EndTime *int64
	// Status is Running, Succeed, Canceled or Failed, as documented; no schema forbids another.
	Status  *string
	Message *string
	// Properties maps the path of each leaf of the instance's properties to its value, nil for a null: what a script ran on,
	// or the parameters and results of an API call.
	Properties map[string]*string
}

// ListExecutionInstancesParams says what to list. The zero value lists every instance of the account.
type ListExecutionInstancesParams struct {
	// ExecutionStepID keeps to one step; empty means all.
	ExecutionStepID string
	// Limit is how many rows to ask for in a page, DefaultLimit if 0.
	Limit int64
	// Offset is the first row, counted from 0.
	Offset int64
	// Statuses keeps the rows in one of these states, compared without case; empty means all.
	Statuses []string
	// MaxItems ends the read when that many rows are kept, 0 for no end. What is cut off is not checked for completeness.
	MaxItems int64
	// MaxBytes limits what the kept rows may weigh, see ExecutionInstances.Size; 0 for no limit.
	MaxBytes int64
}

// DefaultLimit is the page size that the vendor's own tools ask for; the API documents neither a default nor a maximum.
const DefaultLimit = 100

// ExecutionInstances is a list read whole.
type ExecutionInstances struct {
	// Data holds each row once, in the service's order.
	Data []ExecutionInstance
	// Size is an upper bound of what Data takes in Terraform's encoding, in bytes.
	Size int64
	// Total is the largest total of any page, nil if no page gave one. What the service counts is not documented.
	Total *int64
	// ErrorCode and ErrorMsg are what the service said beside the rows, in success.
	ErrorCode, ErrorMsg *string
}

// ListExecutionInstances reads all pages of the list, or fails. It returns every row that the service has and that was asked
// for, each once, or an *[Error], an *[IncompleteError], a *[TooLargeError] or the context's cause.
//
// A pass over the list ends at an empty page, and at nothing else. It stands if offset + distinct rows reach the largest
// total that any page gave; otherwise rows moved while it ran, and the list is read again from the start. An insertion and a
// deletion that cancel out between two pages cannot be detected.
func (c *Client) ListExecutionInstances(ctx context.Context, params ListExecutionInstancesParams) (*ExecutionInstances, error) {
	if params.Limit == 0 {
		params.Limit = DefaultLimit
	}
	for n := 1; ; n++ {
		list, err := c.pass(ctx, params)
		var incomplete *IncompleteError
		if errors.As(err, &incomplete) {
			if n < maxPasses {
				continue
			}
			incomplete.Passes = n
		}
		return list, err
	}
}

// pass reads the list once.
func (c *Client) pass(ctx context.Context, params ListExecutionInstancesParams) (*ExecutionInstances, error) {
	rows := newCollector(params)
	for p, err := range c.pages(ctx, params) {
		if err != nil {
			return nil, err
		}
		if !rows.isList(p) {
			return nil, &Error{
				Endpoint: c.config.Endpoint, Offset: rows.next, Status: http.StatusOK, RequestID: p.requestID, Attempts: 1,
				Err: fmt.Errorf("%w: data is missing or null, and no total says that this is the end", ErrMalformed),
			}
		}
		if err := rows.add(p); err != nil {
			return nil, err
		}
		if rows.full() {
			break
		}
	}
	return rows.list()
}

// size is an upper bound of what a row takes as an object in Terraform's encoding (MessagePack): at most 9 bytes for each of
// three integers, the names of the fields, and all texts behind their headers.
func (i *ExecutionInstance) size() int64 {
	const names, integers = 1 + 8 + len("id"+"execution_instance_id"+"execution_step_id"+"start_time"+"end_time"+"status"+"message"+"properties"), 3 * 9
	n := names + integers + mapHeaderSize(len(i.Properties))
	for _, text := range []*string{i.ExecutionInstanceID, i.ExecutionStepID, i.Status, i.Message} {
		n += textSize(text)
	}
	for path, value := range i.Properties {
		n += textSize(&path) + textSize(value)
	}
	return int64(n)
}

// textSize is what a text takes, a null one byte.
func textSize(s *string) int {
	if s == nil {
		return 1
	}
	switch n := len(*s); {
	case n < 1<<5:
		return 1 + n
	case n < 1<<8:
		return 2 + n
	case n < 1<<16:
		return 3 + n
	default:
		return 5 + n
	}
}

// mapHeaderSize is what stands before so many pairs.
func mapHeaderSize(n int) int {
	switch {
	case n < 1<<4:
		return 1
	case n < 1<<16:
		return 3
	}
	return 5
}
