// Package privacy keeps a candidate's personal data out of answers.
//
// A [Mask] replaces what it is told to hide with pseudonyms, such as
// "[contact KZ4Q7B2LMA]" or "Person KZ4Q7B2LMA"; the same value always has the same one,
// so that people can be told apart. It finds e-mail addresses, phone numbers and
// addresses of profiles by their form, whoever they belong to; names and places only by
// knowing them. What is known of a person is an [Identity]. Masking has two steps:
//
//  1. Right after a record was read, [Mask.Application], [Mask.Candidate],
//     [Mask.Interview] or [Mask.Offer] masks it in place. They take what is known of
//     the candidate from elsewhere (see [Identities]) and add what the record says.
//  2. Whatever else mentions the same person goes through the mask with that
//     identity: [Mask.Text] for text, [Mask.Hider] for much text that is clean
//     already, and [Mask.FileNames] for files. [Mask.Error] masks the message of an
//     error.
//
// Values are compared in a folded form, so that case, accents, compatibility forms,
// digits of other scripts and percent-encoding hide nothing from the search. What a
// caller typed never goes through a mask: to see it replaced would reveal whose it is.
//
// Where a person may be meant of whom nothing is known, nothing can be found in a
// text: then it is left out, by [Mask.Withhold] and [Mask.WithholdText].
//
// [Protected] and [StripFields] are another matter and on without any mask: screening
// questions and custom fields about age, gender, health and other protected topics,
// which must not serve decisions. Their words are in the folder topics, in nine
// languages, with the syntax described at the head of topic_phrases.go.
//
// A nil *Mask hides nothing, and all of its methods may be called.
package privacy
