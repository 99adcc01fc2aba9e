package tools

import (
	"cmp"
	"context"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

type personArgs struct {
	FirstName        string      `json:"first_name"`
	LastName         string      `json:"last_name"`
	Email            string      `json:"email_address" alias:"email"`
	AdditionalEmails []emailArgs `json:"additional_email_addresses,omitempty"`
	Phone            string      `json:"phone_number,omitempty" alias:"phone"`
	AdditionalPhones []phoneArgs `json:"additional_phone_numbers,omitempty"`
	Company          string      `json:"company,omitempty"`
	Title            string      `json:"title,omitempty"`
	Location         *placeArgs  `json:"location,omitempty"`
	Gender           string      `json:"gender,omitempty" jsonschema:"enum=MALE,enum=FEMALE,enum=OTHER"`
	AvailabilityDate string      `json:"availability_date,omitempty"`
	Salary           *salaryArgs `json:"salary_expectations,omitempty"`
	SocialLinks      []linkURL   `json:"social_links,omitempty"`
}

type emailArgs struct {
	Type  string `json:"type" jsonschema:"enum=PERSONAL,enum=WORK,enum=OTHER"`
	Email string `json:"email_address"`
}

type phoneArgs struct {
	Type  string `json:"type" jsonschema:"enum=PERSONAL,enum=WORK,enum=OTHER"`
	Phone string `json:"phone_number"`
}

type placeArgs struct {
	Country string `json:"country" jsonschema_description:"two letters"`
	City    string `json:"city,omitempty"`
	State   string `json:"state,omitempty"`
	Street  string `json:"street_1,omitempty"`
	ZipCode string `json:"zip_code,omitempty"`
}

type salaryArgs struct {
	Amount float64 `json:"amount"`
	Period string  `json:"period" jsonschema:"enum=MONTH,enum=YEAR"`
}

type linkURL struct {
	URL string `json:"url"`
}

type answerArgs struct {
	QuestionID string    `json:"question_id"`
	Answer     args.JSON `json:"answer"`
}

type sourceArgs struct {
	Name       string `json:"name,omitempty"`
	UnifiedKey string `json:"unified_key,omitempty"`
	ID         string `json:"id,omitempty"`
}

type sourcedByArgs struct {
	UserID string `json:"user_id"`
}

type consentArgs struct {
	Given     *bool  `json:"given,omitempty"`
	ExpiresAt string `json:"expires_at,omitempty"`
}

// applicantArgs are what both ways of entering a person take.
type applicantArgs struct {
	Candidate    personArgs     `json:"candidate"`
	Attachments  []fileArgs     `json:"attachments,omitempty"`
	Answers      []answerArgs   `json:"screening_question_answers,omitempty" alias:"answers"`
	Source       *sourceArgs    `json:"source,omitempty"`
	SourcedBy    *sourcedByArgs `json:"sourced_by,omitempty"`
	Consent      *consentArgs   `json:"gdpr_consent,omitempty"`
	RemoteFields args.JSON      `json:"remote_fields,omitempty"`
}

type createApplicationArgs struct {
	JobID   string `json:"job_id" alias:"job" jsonschema_description:"id or name"`
	StageID string `json:"stage_id,omitempty" alias:"stage" jsonschema_description:"id or name"`
	applicantArgs
	writes.Flags
}

var _ = register(write(spec{
	name: "create_application", title: "Create application", kind: add, weighty: true,
	hint:  "enter new applicant, apply a person for a job",
	about: "Enters a person's application for an open job, the candidate included; one whom the ATS recognises by e-mail is not doubled. Questions: get_jobs, column questions. question_id takes the id or the title; answer is text, a number, true, a date, an option's name or id, or a JSON list of these. attachments: the first CV is the résumé. source is deprecated.",
}, func(ctx context.Context, c *call, a createApplicationArgs) (writes.Plan, error) {
	var p writes.Plan
	e, err := c.entry(ctx, &p, a.JobID, a.StageID, a.applicantArgs, kombo.ActionCreateApplication)
	if err != nil {
		return p, err
	}
	in := e.input
	ch := e.change(writes.ResolvedArguments(in, "job_id", e.jobID))
	ch.Send = func(ctx context.Context) (kombo.Receipt, map[string]string, error) {
		made, r, err := c.cfg.Client.CreateApplication(ctx, e.jobID, in)
		if err != nil || made == nil {
			return r, nil, err
		}
		return r, map[string]string{"application": made.ID, "candidate": made.CandidateID}, nil
	}
	p.Changes = []writes.Change{ch}
	return p, nil
}))

type newApplicationArgs struct {
	JobID   string `json:"job_id" alias:"job" jsonschema_description:"id or name"`
	StageID string `json:"stage_id,omitempty" alias:"stage"`
}

type createCandidateArgs struct {
	Application newApplicationArgs `json:"application"`
	applicantArgs
	writes.Flags
}

var _ = register(write(spec{
	name: "create_candidate", title: "Create candidate", kind: add, weighty: true,
	hint:  "enter new candidate, deprecated",
	about: "Deprecated: use create_application, which does the same with the job outside. Its parameters mean the same here.",
}, func(ctx context.Context, c *call, a createCandidateArgs) (writes.Plan, error) {
	var p writes.Plan
	e, err := c.entry(ctx, &p, a.Application.JobID, a.Application.StageID, a.applicantArgs, kombo.ActionCreateCandidate)
	if err != nil {
		return p, err
	}
	in := kombo.CreateCandidateInput{
		Candidate: e.input.Candidate, Attachments: e.input.Attachments, Source: e.input.Source, SourcedBy: e.input.SourcedBy,
		GDPRConsent: e.input.GDPRConsent, RemoteFields: e.input.RemoteFields, ScreeningQuestionAnswers: e.input.ScreeningQuestionAnswers,
		Application: kombo.CandidateApplicationInput{JobID: e.jobID, StageID: e.input.StageID},
	}
	ch := e.change(writes.ResolvedArguments(in))
	ch.Send = func(ctx context.Context) (kombo.Receipt, map[string]string, error) {
		made, r, err := c.cfg.Client.CreateCandidate(ctx, in)
		if err != nil || made == nil {
			return r, nil, err
		}
		created := map[string]string{"candidate": made.ID}
		if len(made.Applications) == 1 {
			created["application"] = made.Applications[0].ID
		}
		return r, created, nil
	}
	p.Changes = []writes.Change{ch}
	return p, nil
}))

// entry is a person about to be entered for a job.
type entry struct {
	jobID, jobName, stage string
	input                 kombo.CreateApplicationInput
	shows                 func(context.Context, time.Time) (bool, error)
}

// change words the entry; the caller adds how it is sent.
func (e *entry) change(args map[string]any) writes.Change {
	who := wording.FullName(e.input.Candidate.FirstName, e.input.Candidate.LastName)
	words := fmt.Sprintf("Enter %s (%s) as an applicant for %s", quoted(who, "an unnamed person"), quoted(e.input.Candidate.EmailAddress, "no e-mail address"), quoted(e.jobName, "an unnamed job"))
	if e.stage != "" {
		words += " at " + quoted(e.stage, "an unnamed stage")
	}
	if n := len(e.input.Attachments); n > 0 {
		words += ", with " + wording.Plural(n, "1 file", "files")
	}
	if n := len(e.input.ScreeningQuestionAnswers); n > 0 {
		words += ", with " + wording.Plural(n, "1 answer", "answers")
	}
	return writes.Change{Summary: words + "; the ATS may mail the candidate", Said: []string{"candidate.email_address"}, Arguments: args, Shows: e.shows}
}

// entry resolves and checks what both tools that enter a person share.
func (c *call) entry(ctx context.Context, p *writes.Plan, job, stage string, a applicantArgs, action kombo.AttachmentAction) (*entry, error) {
	p.Require("job_id", job)
	// What the ATS says of it may be about somebody who is there already.
	p.SomeoneUnknown = true
	e := &entry{jobID: job, jobName: "job " + wording.Clip(job, 60)}
	e.input = c.applicant(p, a)
	known, err := c.jobToEnter(ctx, p, job)
	if err != nil {
		return nil, err
	}
	if known != nil {
		if !strings.HasPrefix(job, "remote:") {
			e.jobID = known.ID
		}
		e.jobName = wording.Clip(cmp.Or(digest.Clean(known.Name), "job "+known.ID), 80)
	}
	if stage != "" && (known != nil || len(p.Problems) == 0) {
		// Don't report stages of an unknown job.
		id := e.jobID
		if known != nil {
			id = known.ID
		}
		found, err := c.stageOfJob(ctx, p, "", "this entry", id, stage)
		if err != nil {
			return nil, err
		}
		e.input.StageID, e.stage = found.ID, found.Name
	}
	e.input.ScreeningQuestionAnswers = c.screening(ctx, p, known, a.Answers)
	if e.input.SourcedBy != nil && !strings.HasPrefix(e.input.SourcedBy.UserID, "remote:") {
		u, err := c.reference(ctx, p, "sourced_by.user_id", e.input.SourcedBy.UserID, c.directories.ofUsers)
		if err != nil {
			return nil, err
		}
		e.input.SourcedBy.UserID = u.ID
	}
	if err := c.checkFiles(ctx, p, action, e.input.Attachments); err != nil {
		return nil, err
	}
	if known != nil {
		return e, c.checkDuplicate(ctx, p, known, e)
	}
	return e, nil
}

// jobToEnter finds the job of a create and warns if it is not open. It is nil if the
// copy does not have it.
func (c *call) jobToEnter(ctx context.Context, p *writes.Plan, ref string) (*kombo.Job, error) {
	if strings.TrimSpace(ref) == "" {
		return nil, nil
	}
	jobs, err := c.directories.jobs(ctx)
	if err != nil {
		return nil, c.lookupFailed(ctx, p, err, "The job could not be looked up")
	}
	id := ref
	if remote, ok := strings.CutPrefix(ref, "remote:"); ok {
		i := slices.IndexFunc(jobs, func(j kombo.Job) bool { return j.RemoteID == remote })
		if i < 0 {
			p.AddWarning("Kombo's copy has no job with the remote id %q.", wording.Clip(remote, 60))
			return nil, nil
		}
		id = jobs[i].ID
	}
	found, err := c.reference(ctx, p, "job_id", id, c.directories.ofJobs)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(jobs, func(j kombo.Job) bool { return j.ID == found.ID })
	if i < 0 {
		return nil, nil
	}
	if s := jobs[i].Status; s != kombo.JobOpen && s != "" {
		p.AddWarning("The job %s is %s and takes no applications.", quoted(jobs[i].Name, jobs[i].ID), s)
	}
	return &jobs[i], nil
}

// checkDuplicate looks for an application of the same person for the same job,
// and for another applicant of the same name.
func (c *call) checkDuplicate(ctx context.Context, p *writes.Plan, job *kombo.Job, e *entry) error {
	person := e.input.Candidate
	if !isEmail(person.EmailAddress) {
		return nil
	}
	filter := kombo.CandidateFilter{Email: person.EmailAddress, JobIDs: []string{job.ID}}
	page, err := c.cfg.Client.GetCandidates(ctx, filter)
	if err != nil {
		return c.lookupFailed(ctx, p, err, "Existing applications of this person could not be looked up")
	}
	for _, o := range page.Results {
		c.warnDuplicate(p, e, &o)
	}
	// If nothing was there before, what is there afterwards is this write.
	none := len(page.Results) == 0
	e.shows = func(ctx context.Context, began time.Time) (bool, error) {
		page, err := c.cfg.Client.GetCandidates(ctx, filter)
		return err == nil && slices.ContainsFunc(page.Results, func(o candidate) bool {
			return none || appliedSince(&o, job.ID, began)
		}), err
	}
	c.addNamesakes(p, c.sameName(ctx, job.ID, job.Name, person.FirstName, person.LastName, ""))
	return nil
}

// warnDuplicate warns that somebody with the same address has applied already. To whoever
// may not filter by addresses it would answer a guess.
func (c *call) warnDuplicate(p *writes.Plan, e *entry, o *candidate) {
	k := privacy.OfCandidate(o)
	p.People = append(p.People, k)
	name := quoted(wording.FullName(o.FirstName, o.LastName), "Somebody")
	text := fmt.Sprintf("%s has already applied for %s: candidate %s has that e-mail address.", name, quoted(e.jobName, "an unnamed job"), o.ID)
	if c.mask.Hides(privacy.Contact) {
		refusal := fmt.Sprintf("Somebody with that e-mail address has already applied for %s.", quoted(e.jobName, "an unnamed job"))
		p.Withheld = append(p.Withheld, writes.WithheldWarning{Text: text, Refusal: refusal})
		return
	}
	p.AddWarning("%s", text)
	if masked := c.mask.PersonName(&k); masked != "" {
		p.Name(name+" has already applied", masked+" has already applied")
	}
}

// appliedSince reports whether a person applied for a job at or after an instant.
func appliedSince(c *candidate, jobID string, began time.Time) bool {
	return slices.ContainsFunc(c.Applications, func(a kombo.CandidateApplication) bool {
		return jobOf(a.Job).ID == jobID && !a.RemoteCreatedAt.Before(began)
	})
}

// applicant turns the arguments into what the wire wants, and notes what Kombo
// would refuse. Answers are read later: they need the job.
func (b *Toolbox) applicant(p *writes.Plan, a applicantArgs) kombo.CreateApplicationInput {
	in := kombo.CreateApplicationInput{Candidate: person(p, a.Candidate), RemoteFields: remoteFields[kombo.CreateRemoteFields](p, a.RemoteFields)}
	for i, f := range a.Attachments {
		in.Attachments = append(in.Attachments, b.file(p, fmt.Sprintf("attachments[%d]", i), f))
	}
	if a.Source != nil {
		in.Source = &kombo.SourceInput{Name: a.Source.Name, UnifiedKey: a.Source.UnifiedKey, ID: a.Source.ID}
	}
	if a.SourcedBy != nil {
		in.SourcedBy = &kombo.SourcedByInput{UserID: a.SourcedBy.UserID}
	}
	if a.Consent != nil {
		in.GDPRConsent = &kombo.GDPRConsentInput{Given: a.Consent.Given, ExpiresAt: planDate(p, "gdpr_consent.expires_at", a.Consent.ExpiresAt)}
	}
	return in
}

var countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)

func person(p *writes.Plan, a personArgs) kombo.CandidateInput {
	p.Require("candidate.first_name", a.FirstName, "candidate.last_name", a.LastName)
	checkEmail(p, "candidate.email_address", a.Email)
	out := kombo.CandidateInput{
		FirstName: a.FirstName, LastName: a.LastName, EmailAddress: a.Email, Company: a.Company, Title: a.Title,
		PhoneNumber: a.Phone, Gender: a.Gender, AvailabilityDate: planDate(p, "candidate.availability_date", a.AvailabilityDate),
	}
	for i, e := range a.AdditionalEmails {
		checkEmail(p, fmt.Sprintf("candidate.additional_email_addresses[%d]", i), e.Email)
		out.AdditionalEmailAddresses = append(out.AdditionalEmailAddresses, kombo.EmailInput{Type: e.Type, EmailAddress: e.Email})
	}
	for _, n := range a.AdditionalPhones {
		out.AdditionalPhoneNumbers = append(out.AdditionalPhoneNumbers, kombo.PhoneInput{Type: n.Type, PhoneNumber: n.Phone})
	}
	if l := a.Location; l != nil {
		country := strings.ToUpper(strings.TrimSpace(l.Country))
		if !countryPattern.MatchString(country) {
			p.AddProblem("candidate.location.country must be two letters (ISO 3166-1), such as DE, not %q.", wording.Clip(l.Country, 30))
		}
		out.Location = &kombo.LocationInput{City: l.City, Country: country, State: l.State, Street1: l.Street, ZipCode: l.ZipCode}
	}
	if s := a.Salary; s != nil {
		out.SalaryExpectations = &kombo.SalaryExpectationInput{Period: s.Period, Amount: s.Amount}
	}
	for i, l := range a.SocialLinks {
		if !isWebAddress(l.URL) {
			p.AddProblem("candidate.social_links[%d].url must be an http or https address.", i)
		}
		out.SocialLinks = append(out.SocialLinks, kombo.SocialLinkInput{URL: l.URL})
	}
	return out
}

// checkEmail notes an address that Kombo would refuse, such as one with a display name.
func checkEmail(p *writes.Plan, name, s string) {
	if !isEmail(s) {
		p.AddProblem("%s is not a valid e-mail address: %q.", name, wording.Clip(s, 60))
	}
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.Contains(s[strings.LastIndex(s, "@"):], ".")
}
