//! Invented names of several cultures. Combined at random they mean nobody.

/// Names of a culture with the language of those who bear them.
pub(super) struct Culture {
    pub(super) language: &'static str,
    pub(super) first: &'static [&'static str],
    pub(super) last: &'static [&'static str],
}

pub(super) const CULTURES: &[Culture] = &[
    Culture {
        language: "de",
        first: &["Anna", "Lukas", "Mia", "Jonas", "Lea", "Felix", "Nina", "Urs", "Sabine", "Jürg"],
        last: &[
            "Müller", "Keller", "Brunner", "Zürcher", "Graf", "Vogt", "Huber", "Lüthi", "Baumann",
        ],
    },
    Culture {
        language: "fr",
        first: &[
            "Chloé", "Hugo", "Inès", "Léo", "Manon", "Noé", "Élodie", "Rémi", "Océane", "Yann",
        ],
        last: &[
            "Lefèvre", "Moreau", "Girard", "Rochat", "Dubois", "Blanc", "Favre", "Guérin", "Perrin",
        ],
    },
    Culture {
        language: "it",
        first: &["Giulia", "Luca", "Chiara", "Matteo", "Elisa", "Davide", "Sara", "Marco", "Noemi"],
        last: &[
            "Bianchi",
            "Ricci",
            "Colombo",
            "Ferrari",
            "Bernasconi",
            "Conti",
            "Galli",
            "Lombardi",
        ],
    },
    Culture {
        language: "en",
        first: &["Grace", "Oliver", "Amelia", "Jack", "Zadie", "Theo", "Imogen", "Callum", "Niamh"],
        last: &["Walker", "Okafor", "O'Brien", "Hughes", "Bennett", "Fraser", "Clarke", "Adeyemi"],
    },
    Culture {
        language: "es",
        first: &[
            "Lucía", "Álvaro", "Carmen", "Iñigo", "Sofía", "Pablo", "Ximena", "Mateo", "Núria",
        ],
        last: &["García", "Núñez", "Fernández", "Ibáñez", "Romero", "Peña", "Castillo", "Vidal"],
    },
    Culture {
        language: "pl",
        first: &[
            "Zofia",
            "Jakub",
            "Łucja",
            "Michał",
            "Agnieszka",
            "Wojciech",
            "Hanna",
            "Stanisław",
        ],
        last: &["Kowalczyk", "Wójcik", "Zieliński", "Dąbrowska", "Król", "Sikora", "Żak", "Lis"],
    },
    Culture {
        language: "tr",
        first: &["Elif", "Emre", "Zeynep", "Çağan", "Defne", "Ömer", "Selin", "Kaan", "İpek"],
        last: &["Yılmaz", "Demir", "Şahin", "Çelik", "Aydın", "Öztürk", "Koç", "Arslan"],
    },
    Culture {
        language: "ja",
        first: &["陽葵", "蓮", "結衣", "大翔", "美咲", "悠真", "葵", "直樹"],
        last: &["佐藤", "鈴木", "高橋", "田中", "渡辺", "山本", "中村", "小林"],
    },
    Culture {
        language: "ar",
        first: &["ليلى", "عمر", "سارة", "يوسف", "مريم", "كريم", "نور", "طارق"],
        last: &["حداد", "منصور", "خليل", "نصار", "سليمان", "عبد الله", "درويش", "قاسم"],
    },
    Culture {
        language: "hi",
        first: &["Aarav", "Diya", "Ishaan", "Meera", "Rohan", "Kavya", "Vikram", "Ananya"],
        last: &["Sharma", "Iyer", "Patel", "Banerjee", "Reddy", "Nair", "Kulkarni", "Gill"],
    },
];

/// A division with what its people do and how much they see of customers.
pub(super) struct Division {
    pub(super) name: &'static str,
    pub(super) function: &'static str,
    pub(super) customer_contact: &'static str,
    pub(super) departments: [&'static str; 4],
}

/// The unit of those who lead the whole.
pub(super) const OFFICE: &str = "Executive Office";

pub(super) const DIVISIONS: &[Division] = &[
    Division {
        name: "Sales",
        function: "sales",
        customer_contact: "daily",
        departments: ["Key Accounts", "Regional Sales", "Partner Sales", "Sales Support"],
    },
    Division {
        name: "Customer Service",
        function: "service",
        customer_contact: "daily",
        departments: ["Contact Centre", "Field Service", "Complaints", "Onboarding"],
    },
    Division {
        name: "Product",
        function: "product",
        customer_contact: "weekly",
        departments: ["Product Management", "Research", "Design", "Pricing"],
    },
    Division {
        name: "Engineering",
        function: "engineering",
        customer_contact: "monthly",
        departments: ["Platform", "Applications", "Quality", "Data"],
    },
    Division {
        name: "Operations",
        function: "operations",
        customer_contact: "weekly",
        departments: ["Logistics", "Production", "Procurement", "Facilities"],
    },
    Division {
        name: "Finance and People",
        function: "support",
        customer_contact: "rarely",
        departments: ["Accounting", "Controlling", "Human Resources", "Legal"],
    },
];

/// Rivers, after which teams are named.
pub(super) const TEAMS: &[&str] = &[
    "Aare", "Danube", "Elbe", "Garonne", "Inn", "Limmat", "Loire", "Maggia", "Meuse", "Moselle",
    "Oder", "Po", "Rhine", "Rhône", "Saône", "Seine", "Tagus", "Thames", "Ticino", "Vistula",
];
