"""What a map and a sheet say, and the one painter that draws them on screen and paper."""
