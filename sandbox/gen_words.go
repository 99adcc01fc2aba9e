package sandbox

// name is a name in its own script and, for e-mail addresses, in ASCII.
type name struct{ first, last, latin string }

var germanFirst = []string{
	"Anna", "Lukas", "Sophie", "Maximilian", "Lea", "Jonas", "Katharina", "Felix", "Johanna", "Paul", "Jürgen", "Käthe",
	"Moritz", "Franziska", "Sebastian", "Theresa", "Tobias", "Marlene", "Björn", "Clara", "Niklas", "Ute", "Günther", "Greta",
	"Philipp", "Ronja", "Stefan", "Heike", "Matthias", "Birgit", "Jan", "Nele", "Christoph", "Ines", "Florian", "Mareike",
}

var germanLast = []string{
	"Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann", "Schäfer", "Koch",
	"Bauer", "Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann", "Braun", "Krüger", "Hartmann", "Lange",
	"Krause", "Lehmann", "Köhler", "Maier", "König", "Huber", "Kaiser", "Fuchs", "Peters", "Lang", "Scholz", "Möller", "Weiß",
	"Jung", "Hahn", "Vogel", "Friedrich", "Keller", "Günther", "Frank", "Berger", "Winkler", "Roth", "Beck", "Lorenz",
	"Baumann", "Franke", "Albrecht", "Schuster", "Simon", "Ludwig", "Böhm", "Winter", "Kraus", "Schumacher", "Vogt", "Jäger",
	"Stein", "Otto", "Groß", "Sommer", "Haas", "Graf", "Heinrich", "Seidel", "Schreiber", "Ziegler", "Brandt", "Kuhn", "Dietrich",
}

var worldFirst = []string{
	"James", "Olivia", "Liam", "Emma", "Noah", "Ava", "Ethan", "Maya", "Daniel", "Grace", "Samuel", "Chloe", "Priya", "Arjun",
	"Ananya", "Rohan", "Aisling", "Connor", "Elif", "Mehmet", "Zeynep", "Emre", "Ayşe", "Camille", "Théo", "Élodie", "Hugo",
	"Lucía", "Mateo", "Inés", "Giulia", "Lorenzo", "Chiara", "Agnieszka", "Paweł", "Zofia", "Michał", "João", "Beatriz",
	"Linnea", "Søren", "Freja", "Kwame", "Amara", "Chinedu", "Thi Mai", "Minh", "Siddharth", "Fatou", "Tomáš", "Ioana",
}

var worldLast = []string{
	"Smith", "Johnson", "O'Brien", "Brown", "Taylor", "Wilson", "Davies", "Evans", "Murphy", "Walsh", "Sharma", "Patel", "Iyer",
	"Nair", "Gupta", "Khan", "Yılmaz", "Kaya", "Demir", "Şahin", "Çelik", "Dubois", "Lefèvre", "Moreau", "Garnier", "García",
	"Fernández", "López-Ortega", "Rossi", "Bianchi", "Esposito", "Nowak", "Wójcik", "Kowalczyk", "Zieliński", "Silva", "Pereira",
	"Lindqvist", "Nilsson", "Jørgensen", "Okafor", "Mensah", "Diallo", "Nguyễn", "Trần", "Popescu", "Dvořák", "Horvat", "Papadakis",
	"van den Berg", "de Vries", "Janssen", "Andersson", "Fitzgerald", "Campbell", "Morgan", "Reed", "Bennett", "Hughes", "Ward",
}

// Names in other scripts are not combined from parts, because a first name in one script
// rarely goes with a last name in another.
var otherScripts = []name{
	{"Алексей", "Иванов", "alexey.ivanov"}, {"Екатерина", "Смирнова", "ekaterina.smirnova"}, {"Дмитрий", "Кузнецов", "dmitry.kuznetsov"},
	{"Олена", "Шевченко", "olena.shevchenko"}, {"Андрій", "Коваленко", "andriy.kovalenko"}, {"Мария", "Попова", "maria.popova"},
	{"محمد", "الأحمد", "mohammed.alahmad"}, {"فاطمة", "حسن", "fatima.hassan"}, {"عمر", "الخطيب", "omar.alkhatib"}, {"ليلى", "منصور", "layla.mansour"},
	{"さくら", "田中", "sakura.tanaka"}, {"健太", "佐藤", "kenta.sato"}, {"美咲", "鈴木", "misaki.suzuki"}, {"大輔", "高橋", "daisuke.takahashi"},
	{"伟", "王", "wei.wang"}, {"芳", "李", "fang.li"}, {"민준", "김", "minjun.kim"}, {"Ελένη", "Παπαδοπούλου", "eleni.papadopoulou"},
	{"दीपिका", "वर्मा", "deepika.verma"}, {"נועה", "כהן", "noa.cohen"},
}

var companies = []string{
	"Nordlicht Software", "Hansa Logistik", "Rheinwerk Digital", "Alpenblick Systems", "Contoso", "Globex", "Initech", "Umbrella Foods",
	"Stark Elektronik", "Wayne Mobility", "Acme", "Hooli", "Vandelay Imports", "Brückner & Söhne", "Fabrikam", "Northwind Traders",
	"Tailspin Toys", "Kranich Versicherung", "Spreewald Energie", "Lumen Health",
}

var mailHosts = []string{"example.com", "example.org", "example.net", "mail.example", "post.example"}

var sources = []string{
	"LinkedIn", "Indeed", "Career Site", "Employee Referral", "StepStone", "Xing", "Recruiting Agency", "University Fair", "Sourced", "Glassdoor",
}

var sourceWeights = []float64{30, 48, 66, 78, 86, 91, 95, 97, 99, 100}

type market struct {
	place   place
	weight  float64
	dialled string // a number of the range kept for fiction, with # as digits
}

var markets = []market{
	{place{"Berlin", "Berlin", "DE", "Lohmühlenstraße 65", "12435", "Berlin, Germany"}, 30, "+49 30 23125###"},
	{place{"München", "Bayern", "DE", "Sendlinger Straße 8", "80331", "München, Deutschland"}, 14, "+49 89 99998###"},
	{place{"Hamburg", "Hamburg", "DE", "Speicherstadt 12", "20457", "Hamburg"}, 12, "+49 40 66969###"},
	{place{"Köln", "Nordrhein-Westfalen", "DE", "Aachener Straße 201", "50931", "Köln, NRW"}, 9, "+49 221 4710###"},
	{place{"Frankfurt am Main", "Hessen", "DE", "Mainzer Landstraße 50", "60325", "Frankfurt am Main"}, 7, "+49 69 90009###"},
	{place{"Leipzig", "Sachsen", "DE", "Spinnereistraße 7", "04179", "Leipzig"}, 5, "+49 30 23125###"},
	{place{"Wien", "Wien", "AT", "Praterstraße 1", "1020", "Wien, Österreich"}, 5, "+43 1 5555###"},
	{place{"Zürich", "Zürich", "CH", "Langstrasse 94", "8004", "Zürich, Schweiz"}, 4, "+41 44 555 ####"},
	{place{"London", "England", "GB", "1 Finsbury Avenue", "EC2M 2PF", "London, United Kingdom"}, 5, "+44 20 7946 0###"},
	{place{"New York", "NY", "US", "200 Park Avenue", "10016", "New York, NY"}, 3, "+1-212-555-01##"},
	{place{"Warszawa", "Mazowieckie", "PL", "ul. Prosta 20", "00-850", "Warszawa"}, 3, "+48 22 555 ####"},
	{place{"Lisboa", "Lisboa", "PT", "Rua Augusta 100", "1100-053", "Lisboa, Portugal"}, 3, "+351 21 555 ####"},
}

type trade struct {
	title, department, category string
	skills                      []string
	from, to                    int // EUR a year
}

var trades = []trade{
	{"Backend Engineer", "Engineering", "Technical Job", []string{"Go", "Java", "Kubernetes", "PostgreSQL"}, 60000, 90000},
	{"Frontend Engineer", "Engineering", "Technical Job", []string{"TypeScript", "React", "Accessibility"}, 55000, 85000},
	{"Account Executive", "Sales", "Commercial", []string{"SaaS Sales", "Negotiation"}, 50000, 110000},
	{"Django Developer", "Engineering", "Technical Job", []string{"Django", "Python", "PostgreSQL"}, 55000, 82000},
	{"Customer Support Specialist", "Customer Success", "Commercial", []string{"Zendesk", "Speaks French"}, 36000, 48000},
	{"Data Analyst", "Data", "Technical Job", []string{"Python", "SQL", "dbt"}, 48000, 70000},
	{"Product Manager", "Product", "Product", []string{"Discovery", "SQL"}, 65000, 95000},
	{"DevOps Engineer", "Engineering", "Technical Job", []string{"Kubernetes", "Terraform", "Go"}, 65000, 95000},
	{"HR Business Partner", "People", "Corporate", []string{"Labour Law", "Coaching"}, 55000, 75000},
	{"Product Designer", "Design", "Product", []string{"Figma", "Accessibility"}, 50000, 75000},
	{"Accountant", "Finance", "Corporate", []string{"DATEV", "IFRS"}, 45000, 62000},
	{"Working Student Marketing", "Marketing", "Student Job", []string{"Canva", "SEO"}, 15000, 18000},
	{"Machine Learning Engineer", "Data", "Technical Job", []string{"Python", "PyTorch", "Kubernetes"}, 70000, 105000},
	{"QA Engineer", "Engineering", "Technical Job", []string{"Java", "Playwright"}, 48000, 68000},
	{"Sales Development Representative", "Sales", "Commercial", []string{"SaaS Sales", "Cold Calls"}, 38000, 55000},
	{"Legal Counsel", "Legal", "Corporate", []string{"GDPR", "Labour Law"}, 70000, 100000},
	{"Warehouse Associate", "Operations", "Operations", []string{"Forklift Licence", "Night Shifts"}, 30000, 38000},
	{"Mobile Engineer", "Engineering", "Technical Job", []string{"Kotlin", "Swift"}, 58000, 88000},
	{"Content Marketing Manager", "Marketing", "Commercial", []string{"SEO", "Copywriting"}, 45000, 62000},
	{"Solutions Architect", "Engineering", "Technical Job", []string{"Java", "AWS"}, 75000, 110000},
	{"Field Service Technician", "Operations", "Operations", []string{"Electrics", "Driving Licence"}, 38000, 52000},
	{"Payroll Specialist", "Finance", "Corporate", []string{"DATEV", "Labour Law"}, 44000, 58000},
	{"Nurse", "Care", "Medical", []string{"Night Shifts", "Examination"}, 40000, 52000},
	{"Security Engineer", "Engineering", "Technical Job", []string{"Go", "Threat Modelling"}, 70000, 100000},
}

var teams = []string{"Payments", "Search", "Growth", "Platform", "Identity", "Mobility", "Marketplace", "Insights", "Core", "Partners", "Logistics", "Trust"}

var levels = []string{"", "Senior ", "Lead ", "Junior "}

var stageNames = []string{"Applied", "Phone Screen", "Interview", "Technical Interview", "Onsite", "Reference Check", "Offer", "Hired"}

var reasonNames = []string{
	"Not enough experience", "Missing skills", "Salary expectations too high", "Withdrew", "Accepted another offer",
	"No work permit", "Position filled", "Failed assessment", "Not a cultural fit", "No show",
}

var generalTags = []string{
	"Top Talent", "Silver Medalist", "Relocation", "Remote only", "Speaks German", "Referral", "Do not contact", "Needs visa", "Part-time", "Follow up",
}
