"""What the files mean together: modules, names, values, calls, dispatch, state, SQL; slices and witnesses."""
