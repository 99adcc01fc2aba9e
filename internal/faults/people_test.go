package faults

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// The categories that can be masked.
var kinds = []string{"contact", "name", "address", "social"}

// person is a made-up candidate whose values occur nowhere else.
type person struct {
	id, application, interview, offer string
	first, last                       string
	email, second, phone              string
	street, city, zip, state          string
	link, handle                      string
	// hidden are the values that must not show, by category, in every spelling that the
	// person's records have.
	hidden map[string][]string
	// story repeats all of them in free text.
	story string
}

// newPeople returns candidates whose names are hard to mask.
func newPeople() []*person {
	r := rand.New(rand.NewPCG(3, 4))
	word := func(n int) string {
		var b strings.Builder
		for i := range n {
			letters := "qxzvkw"
			if i%2 == 1 {
				letters = "aeiouy"
			}
			b.WriteByte(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(byte('1' + r.IntN(9)))
		}
		return b.String()
	}
	title := func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
	names := [][2]string{
		{title(word(7)), title(word(8))},
		{"Zél" + word(4), "Ör" + word(5) + "ü"},
		{"欧阳娜", "曦璇"},
		{"Wy" + "\u200b" + word(5), title(word(4)) + "\u200d" + word(3)},
		{title(word(5)) + " " + title(word(6)), title(word(5)) + "-" + title(word(6))},
		{title(word(4)), title(word(3))},
	}
	var out []*person
	for i, n := range names {
		p := &person{
			id: recordID('c', i), application: recordID('a', i), interview: recordID('v', i), offer: recordID('o', i),
			first: n[0], last: n[1],
			email: word(8) + "." + word(6) + "@" + word(6) + ".example", second: word(9) + "@" + word(5) + ".example",
			phone:  "+49 176 " + digits(4) + " " + digits(4),
			street: title(word(9)) + "weg " + digits(3), city: title(word(8)), zip: digits(5), state: title(word(7)),
			link: "https://social.example/in/" + word(10), handle: word(9),
		}
		p.fill()
		out = append(out, p)
	}
	return out
}

// recordID returns an id that looks like Kombo's.
func recordID(kind rune, n int) string {
	return fmt.Sprintf("%s%06d", strings.Repeat(string(kind), 18), n)
}

// visible removes the invisible characters of a value.
func visible(s string) string { return strings.NewReplacer("\u200b", "", "\u200d", "").Replace(s) }

// split puts an invisible character into a value.
func split(s string) string {
	half := len([]rune(s)) / 2
	return string([]rune(s)[:half]) + "\u200b" + string([]rune(s)[half:])
}

func (p *person) fill() {
	bare := strings.NewReplacer("+", "", " ", "").Replace(p.phone)
	national := "0" + strings.TrimPrefix(p.phone, "+49 ")
	local := "0" + strings.TrimPrefix(bare, "49")
	entity := strings.ReplaceAll(p.second, "@", "&#64;")
	address, _ := strings.CutPrefix(p.link, "https://")
	first, last := visible(p.first), visible(p.last)
	p.hidden = map[string][]string{
		"contact": {p.email, p.second, entity, p.phone, bare, national, local},
		"name":    append(strings.FieldsFunc(first+" "+last, func(r rune) bool { return r == ' ' || r == '-' }), first+last),
		"address": {p.street, p.city, p.zip, p.state},
		"social":  {p.handle, address},
	}
	p.story = strings.Join([]string{
		"I am " + first + " " + strings.ToUpper(last) + ", in one word " + first + last + ",",
		"mail " + strings.ToUpper(p.email) + " or <b>" + entity + "</b> or " + split(p.email) + ",",
		"phone " + p.phone + " = " + bare + " = " + national + " = " + local + ",",
		"home " + p.street + ",\n" + p.zip + " " + p.city + " in " + p.state + ",",
		"web " + address + " and @" + p.handle + ", signed " + split(first) + " " + split(last) + ".",
	}, " ")
}

func (p *person) slug() string { return strings.ToLower(visible(p.first) + "-" + visible(p.last)) }

// free returns the values of fields without a fixed shape.
func (p *person) free() args {
	return args{"About me": p.story, "List": []any{p.story, args{"deep": p.story}}, "Home": p.street}
}

var aJob = args{"id": recordID('j', 0), "remote_id": "1", "name": "Gardener"}

var stageNames = []string{"Applied", "Interview", "Hired"}

func stage(i int) args {
	return args{"id": recordID('s', i), "remote_id": fmt.Sprint(i), "name": stageNames[i], "status": "ACTIVE", "index": i}
}

const when = "2026-11-20T09:00:00.000Z"

func (p *person) dates(more args) args {
	for _, k := range []string{"changed_at", "remote_created_at", "remote_updated_at"} {
		more[k] = when
	}
	return more
}

func (p *person) contacts(more args) args {
	more["id"], more["remote_id"] = p.id, p.email
	more["first_name"], more["last_name"] = p.first, p.last
	more["email_addresses"] = []args{{"email_address": p.email, "type": "PRIVATE"}, {"email_address": p.second, "type": p.email}}
	return more
}

func (p *person) profile(more args) args {
	more["phone_numbers"] = []args{{"phone_number": p.phone, "type": "MOBILE"}}
	more["social_media"] = []args{{"link": p.link, "username": nil, "type": "X"}, {"link": nil, "username": p.handle, "type": p.handle}}
	more["source"], more["remote_url"] = "Friend of "+p.story, "https://ats.example/people/"+p.slug()+"?mail="+p.email
	more["tags"] = []args{{"id": recordID('t', 0), "name": "Top"}, {"id": recordID('t', 1), "name": "Near " + p.street + ", ask " + visible(p.first)}}
	return p.contacts(more)
}

func (p *person) asCandidate() args {
	return p.dates(p.profile(args{
		// Short ones, since a table truncates long texts.
		"company": split(p.email) + " & " + strings.ReplaceAll(p.second, "@", "&#64;"), "title": "Head of " + split(visible(p.last)), "custom_fields": p.free(),
		"location":     args{"city": p.city, "country": "DE", "raw": p.street + ", " + p.zip + " " + p.city, "state": p.state, "street_1": p.street, "zip_code": p.zip},
		"applications": []args{p.dates(args{"id": p.application, "remote_id": "7", "outcome": "PENDING", "job": aJob, "current_stage": stage(0), "remote_url": "https://ats.example/" + p.slug()})},
	}))
}

func (p *person) asApplication() args {
	return p.dates(args{
		"id": p.application, "remote_id": "7", "outcome": "PENDING", "current_stage_id": stage(0)["id"], "job_id": aJob["id"], "candidate_id": p.id,
		"custom_fields": p.free(), "remote_url": "https://ats.example/" + p.slug(), "current_stage": stage(0), "job": aJob,
		"candidate": p.profile(args{}),
		"screening_question_answers": []args{
			{"answer": args{"content": p.story}, "question": args{"remote_id": "q1", "title": "Who are you?", "type": "TEXT"}},
			{"answer": args{"raw": args{"said": p.story}}, "question": args{"remote_id": "q2", "title": "Anything else?", "type": "UNKNOWN"}},
		},
		"interviews": []args{{"id": p.interview, "title": "Talk: " + p.story, "starting_at": when, "ending_at": when, "location": args{"raw": p.story}, "canceled": false}},
		"offers":     []args{{"id": p.offer, "status": "SENT"}},
	})
}

func (p *person) asInterview() args {
	return p.dates(args{
		"id": p.interview, "remote_id": "8", "title": "Talk: " + p.story, "starting_at": when, "ending_at": when,
		"location": args{"raw": "At their home: " + p.story}, "video_conferencing_url": "https://video.example/" + p.slug() + "/" + p.handle,
		"application_id": p.application, "stage_id": stage(1)["id"], "canceled": false,
		"users":       []args{{"id": recordID('u', 0), "first_name": "Ina", "last_name": "Terviewer", "email": "ina@company.example"}},
		"application": args{"id": p.application, "outcome": "PENDING", "candidate": p.contacts(args{}), "job": aJob},
	})
}

func (p *person) asOffer() args {
	return p.dates(args{
		"id": p.offer, "remote_id": "9", "status": "SENT", "employment_start_date": when, "application_id": p.application,
		"custom_fields": p.free(), "application": args{"candidate": p.contacts(args{}), "job": aJob},
	})
}

func (p *person) asFile() args {
	return p.dates(args{
		"id": recordID('f', 0), "application_id": p.application, "candidate_id": p.id, "type": "CV", "content_type": "text/plain",
		"file_name": visible(p.first) + "_" + visible(p.last) + " " + p.phone + " " + p.email + " " + p.handle + " " + p.city + ".txt",
		"data_url":  "https://files.example/" + base64.RawURLEncoding.EncodeToString([]byte(p.id)),
	})
}
