package sandbox

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func BenchmarkStart(b *testing.B) {
	for _, n := range []int{600, 4000, 200_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				generate(7, n, ms(time.Now().UnixMilli()))
			}
		})
	}
}

func BenchmarkPage(b *testing.B) {
	s := New(Options{Seed: 7, Applications: 200_000, RateLimit: -1})
	s.load()
	job := s.live.jobs[0].id.String()
	recent := time.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339)
	for _, path := range []string{
		"applications?page_size=250", "applications?page_size=250&job_ids=" + job, "applications?page_size=250&outcomes=HIRED",
		"applications?page_size=250&updated_after=" + recent, "candidates?page_size=250", "candidates?first_name=Nobody",
		"jobs?page_size=250", "interviews?page_size=250&job_ids=" + job,
	} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, "/v1/ats/"+path, nil)
				r.Header.Set("Authorization", "Bearer "+s.APIKey())
				r.Header.Set("X-Integration-Id", s.IntegrationID())
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body.String())
				}
			}
		})
	}
}
