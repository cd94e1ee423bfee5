export HW_PROFILE="prod"
