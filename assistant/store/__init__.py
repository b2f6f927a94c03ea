"""What is kept between visits, in one database: students' answers, drafts and flashcards. It never logs a text."""
