package sandbox

// ms is a time in milliseconds since 1970 UTC; 0 means null.
type ms int64

const (
	second ms = 1000
	minute    = 60 * second
	hour      = 60 * minute
	day       = 24 * hour
)

// none is the index of a missing record.
const none = -1

// row is what all records have. nestedChanged is when something was last added to or
// removed from a nested list, which affects updated_after but not changed_at.
type row struct {
	id                                                komboID
	remote                                            int // 0 means null
	created, updated, changed, deleted, nestedChanged ms
}

func (r *row) base() *row { return r }

// presence is whether an optional key has a value, is null, or is missing.
type presence uint8

const (
	present presence = iota
	isNull
	isMissing
)

// tri is a boolean that may be unknown.
type tri uint8

const (
	no tri = iota
	yes
	unknown
)

type labelled struct{ value, kind string }

type place struct {
	city, state, country, street, zip, raw string
}

type user struct {
	row
	first, last, email string
	noEmail            presence
	inactive           bool
	noStatus           bool
	roles              []int
}

type role struct {
	row
	label, unified, scope string
}

type tag struct {
	row
	name string
}

type stage struct {
	row
	name   string
	status string
	job    int
	index  int // none if the ATS has no order
}

type reason struct {
	row
	name string
}

type option struct {
	id   komboID
	name string
}

type question struct {
	id                  komboID
	remote              string
	title, description  string
	kind                string // the type of the format; "" for a null format
	display             string
	min, max            *float64
	maxLength           int
	mimes               []string
	options             []option
	category            string
	required            bool
	precondition        int // index among the job's questions, or none
	preconditionOptions []int
	preconditionBool    bool
}

type posting struct {
	id                                komboID
	title, html, status, visible, url string
	changed                           ms
}

type member struct {
	user  int
	roles []int
}

type job struct {
	row
	name, code, description, category, department  string
	postURL, experience, currency                  string
	status, visibility, employment, remoteWork     string
	period                                         string
	noStatus, noVisibility, noEmployment, noRemote presence
	salary, salaryFrom, salaryTo, weeklyHours      float64
	confidential                                   tri
	location                                       *place
	noLocation                                     presence
	customFields                                   string
	opened, closed                                 ms
	contact                                        int
	stages                                         []int
	questions                                      []question
	postings                                       []posting
	team                                           []member
	applications                                   []int
}

type candidate struct {
	row
	first, last, company, title, source string
	emails, phones, social              []labelled
	noEmails, noPhones, noSocial        presence
	location                            *place
	noLocation                          presence
	confidential                        tri
	customFields                        string
	tags                                []int
	applications                        []int
	cv                                  cvPlan
}

type outcome uint8

const (
	outcomeNull outcome = iota
	pending
	hired
	declined
)

func (o outcome) String() string {
	return [...]string{"", "PENDING", "HIRED", "DECLINED"}[o]
}

// answer is a screening answer, in the field that goes with the type of the
// question. null is set if the ATS did not deliver the value.
type answer struct {
	question int // index among the job's questions
	null     bool
	yes      bool
	chosen   uint16 // bit set of option indexes
	number   float64
	text     string
}

type application struct {
	row
	candidate, job, stage, reason int
	outcome                       outcome
	noAnswers                     presence
	noURL                         bool
	rejected                      ms
	answers                       []answer
	interviews, offers            []int
	customFields                  string
}

type interview struct {
	row
	application, stage int
	title              string
	start, end         ms
	location           *place
	noLocation         presence
	video              bool
	canceled           tri
	users              []int
}

type offer struct {
	row
	application  int
	status       string
	start        ms
	customFields string
}

// store holds the data of the ATS, or of Kombo's copy.
type store struct {
	seed uint64
	// made is the time that generated dates are relative to.
	made ms

	users        []user
	roles        []role
	tags         []tag
	stages       []stage
	reasons      []reason
	jobs         []job
	candidates   []candidate
	applications []application
	interviews   []interview
	offers       []offer

	ids     [modelCount]map[komboID]int
	byEmail map[string][]int
	grown   int
}

// newRow returns the row of a new record. Its id is derived from its remote id.
func (st *store) newRow(m model, index int) row {
	remote := remoteBase[m] + index
	return row{id: makeID(st.seed, uint64(remote)), remote: remote} //nolint:gosec // never negative
}

func (st *store) register(m model, r *row, index int) {
	st.ids[m][r.id] = index
}

// size returns the number of records of a model.
func (st *store) size(m model) int {
	switch m {
	case modelUser:
		return len(st.users)
	case modelRole:
		return len(st.roles)
	case modelTag:
		return len(st.tags)
	case modelStage:
		return len(st.stages)
	case modelReason:
		return len(st.reasons)
	case modelJob:
		return len(st.jobs)
	case modelCandidate:
		return len(st.candidates)
	case modelApplication:
		return len(st.applications)
	case modelInterview:
		return len(st.interviews)
	default:
		return len(st.offers)
	}
}

// at returns the row of a record.
func (st *store) at(m model, index int) *row {
	switch m {
	case modelUser:
		return st.users[index].base()
	case modelRole:
		return st.roles[index].base()
	case modelTag:
		return st.tags[index].base()
	case modelStage:
		return st.stages[index].base()
	case modelReason:
		return st.reasons[index].base()
	case modelJob:
		return st.jobs[index].base()
	case modelCandidate:
		return st.candidates[index].base()
	case modelApplication:
		return st.applications[index].base()
	case modelInterview:
		return st.interviews[index].base()
	default:
		return st.offers[index].base()
	}
}

// find returns the index of a record by its Kombo id.
func (st *store) find(m model, id string) (int, bool) {
	k, ok := parseID(id)
	if !ok {
		return none, false
	}
	index, ok := st.ids[m][k]
	return index, ok
}

// findRemote returns the index of a record by its id in the ATS.
func (st *store) findRemote(m model, remote string) (int, bool) {
	index, ok := remoteIndex(m, remote)
	if !ok || index >= st.size(m) || st.at(m, index).remote == 0 {
		return none, false
	}
	return index, true
}

// findUndeleted returns the index of a record that is not deleted in the ATS.
func (st *store) findUndeleted(m model, id string) (int, bool) {
	index, ok := st.find(m, id)
	return index, ok && st.at(m, index).deleted == 0
}
