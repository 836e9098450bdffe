"""Cases a second to their end, beside other engines that are given the same work in the same hour."""
