include "team" {
  path = get_env("TEAM_FILE")
}
inputs = {
  retries = 3
}
