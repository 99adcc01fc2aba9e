// Package funnel draws how many applications are at each stage, and how many got
// that far, as a PNG for people who look at an answer in a chat.
//
// [PNG] takes the answer itself, so that the picture shows nothing that the answer
// does not. It only draws what it can draw truthfully: stages whose names the
// embedded font lacks are numbered, stages beyond the first 24 are mentioned in a
// note, and the limits of the numbers stand below them.
package funnel
