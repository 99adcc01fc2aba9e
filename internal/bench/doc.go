// Package bench holds the recruiter benchmark and the speed benchmarks of the
// whole server.
//
// The recruiter benchmark asks 25 questions that recruiters ask of an ATS with
// 4,000 applications, the embedded one. A scripted agent answers each through
// the tools, using only what their texts say. Every answer is compared with the
// truth, computed from the data themselves, and the tokens that the agent read are
// compared with those of two baselines: servers of the two common kinds, which pass
// on the API's lists.
//
// The tests are not built under the race detector: they ask one question after the
// other, and counting tokens takes ten times as long under it.
package bench
