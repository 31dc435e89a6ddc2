"""HTTP, pages, maps, settings and the command line: thin skins over `layers`."""
