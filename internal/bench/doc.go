// Package bench holds the recruiter benchmark and the speed benchmarks of the
// whole server.
//
// The recruiter benchmark asks 25 questions that recruiters ask of an ATS with
// 4,000 applications, the embedded one. A scripted agent answers each through
// the tools, knowing nothing but what their texts say. Every answer is compared
// with the truth, computed from the data themselves, and the tokens that the
// agent read are set beside those that it would have read through two servers
// of the common kinds, which pass the API's lists on.
//
// Its tests are built without the race detector alone: they ask one question
// after the other, and counting tokens under it takes ten times as long.
package bench
