package tools

// listArgs are the parameters that the ten lists share: the question, then
// what every list of Kombo takes.
type listArgs struct {
	Where                    string   `json:"where,omitempty" alias:"filter,query"`
	Fields                   []string `json:"fields,omitempty" alias:"columns"`
	Limit                    *int     `json:"limit,omitempty" alias:"page_size,max_results"`
	Cursor                   string   `json:"cursor,omitempty" alias:"next"`
	MaxTokens                int      `json:"max_tokens,omitempty"`
	IDs                      []string `json:"ids,omitempty" alias:"id"`
	RemoteIDs                []string `json:"remote_ids,omitempty" alias:"remote_id"`
	UpdatedAfter             string   `json:"updated_after,omitempty" alias:"updated_since"`
	IncludeDeleted           bool     `json:"include_deleted,omitempty"`
	IgnoreUnsupportedFilters bool     `json:"ignore_unsupported_filters,omitempty"`
}

// shapeArgs are what the five large lists take beside.
type shapeArgs struct {
	GroupBy string `json:"group_by,omitempty"`
	Measure string `json:"measure,omitempty"`
	Sort    string `json:"sort,omitempty" alias:"order_by,sort_by"`
	View    string `json:"view,omitempty" jsonschema:"enum=table,enum=record"`
}

func (a *listArgs) list() *listArgs  { return a }
func (a *listArgs) shape() shapeArgs { return shapeArgs{} }

// bigListArgs are listArgs and shapeArgs together.
type bigListArgs struct {
	listArgs
	shapeArgs
}

func (a *bigListArgs) shape() shapeArgs { return a.shapeArgs }

// listArguments is what every argument struct of a list is, by embedding.
type listArguments interface {
	list() *listArgs
	shape() shapeArgs
}
