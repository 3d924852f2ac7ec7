"""The office's side of publishing: what will become news, and when. The public site cannot import anything of it."""
