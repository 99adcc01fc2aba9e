package tools

// listName is the name of a list, as its table has it.
type listName string

const (
	inApplications listName = "applications"
	inCandidates   listName = "candidates"
	inJobs         listName = "jobs"
	inInterviews   listName = "interviews"
	inOffers       listName = "offers"
	inUsers        listName = "users"
	inTags         listName = "tags"
	// inStages are those of the jobs, which applications and interviews name.
	inStages listName = "stages"
)
