// Package privacy keeps a candidate's personal data out of answers.
//
// A [Mask] replaces what it is told to hide with pseudonyms, such as
// "[contact KZ4Q7B]" or "Person KZ4Q7B"; the same value always has the same one, so
// that people can be told apart. What belongs to a person is an [Identity]: a mask
// finds a person's data in free text only by knowing it. So masking has two steps:
//
//  1. Right after a record was read, [Mask.Application], [Mask.Candidate],
//     [Mask.Interview] or [Mask.Offer] masks it in place. They take what is known of
//     the candidate from elsewhere (see [Identities]) and add what the record says.
//  2. Whatever else mentions the same person goes through the mask with that
//     identity: [Mask.Text] for text, [Mask.CleanText] where the layout has to stay,
//     [Mask.Document] for text from outside that may hold more than a record says,
//     [Mask.JSON] for arguments, [Mask.FileNames] for files and [Mask.Error] for
//     errors.
//
// Where a person may be meant of whom nothing is known, nothing can be found in a
// text: then it is left out, by [Mask.Withhold] and [Mask.WithholdText].
//
// [Protected] is another matter and always on: the screening questions about equal
// opportunity and demographics, whose answers must not serve decisions.
//
// A nil *Mask hides nothing, and all of its methods may be called.
package privacy
