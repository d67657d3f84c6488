"""Questions and answers: the kept library, what a question promises, and how an answer is shown."""
