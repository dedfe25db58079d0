"""Oracle feeds: where readings come from, one provider a file. A reading is stored before anything is done with it."""
