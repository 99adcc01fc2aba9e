package kombo

// WorkdayCreate has Workday's own candidate data. OverrideSourceReferenceWID is the
// source to use instead of Kombo's.
type WorkdayCreate struct {
	CandidateData              *WorkdayCandidateData `json:"Candidate_Data,omitempty"`
	OverrideSourceReferenceWID string                `json:"Override_Source_Reference_WID,omitempty"`
}

// WorkdayReference is a Workday object, given by its WID.
type WorkdayReference struct {
	WID string `json:"WID,omitempty"`
}

// WorkdayCandidateData is Workday's Candidate_Data.
type WorkdayCandidateData struct {
	NameDetailData     *WorkdayNameDetail     `json:"Name_Detail_Data,omitempty"`
	LanguageReference  *WorkdayReference      `json:"Language_Reference,omitempty"`
	JobApplicationData *WorkdayJobApplication `json:"Job_Application_Data,omitempty"`
	ContactData        *WorkdayContact        `json:"Contact_Data,omitempty"`
	WorkerReference    *WorkdayWorker         `json:"Worker_Reference,omitempty"`
}

// WorkdayNameDetail has parts of a name that Kombo's model does not have.
type WorkdayNameDetail struct {
	MiddleName            string             `json:"Middle_Name,omitempty"`
	SocialSuffixReference *WorkdayNameSuffix `json:"Social_Suffix_Reference,omitempty"`
}

// WorkdayNameSuffix is a predefined suffix of a name.
type WorkdayNameSuffix struct {
	PredefinedNameComponentID string `json:"Predefined_Name_Component_ID"`
}

// WorkdayJobApplication has personal data and a structured résumé.
type WorkdayJobApplication struct {
	JobAppliedToData *WorkdayJobAppliedTo `json:"Job_Applied_To_Data,omitempty"`
	ResumeData       *WorkdayResume       `json:"Resume_Data,omitempty"`
}

// WorkdayJobAppliedTo has personal data.
type WorkdayJobAppliedTo struct {
	GlobalPersonalInformationData *WorkdayPersonalInformation `json:"Global_Personal_Information_Data,omitempty"`
}

// WorkdayPersonalInformation has a date of birth.
type WorkdayPersonalInformation struct {
	DateOfBirth string `json:"Date_of_Birth,omitempty"`
}

// WorkdayResume is a structured résumé.
type WorkdayResume struct {
	EducationData  []WorkdayEducation  `json:"Education_Data,omitempty"`
	SkillData      []WorkdaySkill      `json:"Skill_Data,omitempty"`
	LanguageData   []WorkdayLanguage   `json:"Language_Data,omitempty"`
	ExperienceData []WorkdayExperience `json:"Experience_Data,omitempty"`
}

// WorkdayEducation is one education; the years are calendar years.
type WorkdayEducation struct {
	SchoolName            string            `json:"School_Name,omitempty"`
	FirstYearAttended     *float64          `json:"First_Year_Attended,omitempty"`
	LastYearAttended      *float64          `json:"Last_Year_Attended,omitempty"`
	FieldOfStudyReference *WorkdayReference `json:"Field_of_Study_Reference,omitempty"`
	DegreeReference       *WorkdayReference `json:"Degree_Reference,omitempty"`
	GradeAverage          string            `json:"Grade_Average,omitempty"`
}

// WorkdaySkill is one skill.
type WorkdaySkill struct {
	SkillName string `json:"Skill_Name,omitempty"`
}

// WorkdayLanguage is one language and the abilities in it.
type WorkdayLanguage struct {
	LanguageReference *WorkdayReference       `json:"Language_Reference,omitempty"`
	Language          *WorkdayLanguageAbility `json:"Language,omitempty"`
}

// WorkdayLanguageAbility lists abilities, such as speaking or writing.
type WorkdayLanguageAbility struct {
	Native          *bool            `json:"Native,omitempty"`
	LanguageAbility []WorkdayAbility `json:"Language_Ability"`
}

// WorkdayAbility is one ability.
type WorkdayAbility struct {
	LanguageAbilityData *WorkdayAbilityData `json:"Language_Ability_Data,omitempty"`
}

// WorkdayAbilityData is the kind of an ability and its level.
type WorkdayAbilityData struct {
	LanguageProficiencyReference *WorkdayReference `json:"Language_Proficiency_Reference,omitempty"`
	LanguageAbilityTypeReference *WorkdayReference `json:"Language_Ability_Type_Reference,omitempty"`
}

// WorkdayExperience is one job held. StartDate and EndDate are dates as CheckDate
// accepts.
type WorkdayExperience struct {
	CompanyName       string `json:"Company_Name"`
	Title             string `json:"Title"`
	Location          string `json:"Location,omitempty"`
	StartDate         string `json:"Start_Date"`
	EndDate           string `json:"End_Date,omitempty"`
	CurrentlyWorkHere *bool  `json:"Currently_Work_Here,omitempty"`
	Description       string `json:"Description,omitempty"`
}

// WorkdayContact has an address.
type WorkdayContact struct {
	LocationData *WorkdayLocation `json:"Location_Data,omitempty"`
}

// WorkdayLocation is an address in Workday's terms.
type WorkdayLocation struct {
	AddressLine1           string                `json:"Address_Line_1,omitempty"`
	AddressLine2           string                `json:"Address_Line_2,omitempty"`
	PostalCode             string                `json:"Postal_Code,omitempty"`
	RegionSubdivision1     string                `json:"Region_Subdivision_1,omitempty"`
	CountryRegionReference *WorkdayCountryRegion `json:"Country_Region_Reference,omitempty"`
	CountryCityReference   *WorkdayReference     `json:"Country_City_Reference,omitempty"`
}

// WorkdayCountryRegion is a region, given by its id.
type WorkdayCountryRegion struct {
	CountryRegionID string `json:"Country_Region_ID"`
}

// WorkdayWorker is an existing worker, given by one of two ids.
type WorkdayWorker struct {
	WID        string `json:"WID,omitempty"`
	EmployeeID string `json:"Employee_ID,omitempty"`
}
