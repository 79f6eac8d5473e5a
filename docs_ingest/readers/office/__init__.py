"""What Word, PowerPoint and Excel files have in common: formulas, symbols, colours, diagrams, links, facts."""
