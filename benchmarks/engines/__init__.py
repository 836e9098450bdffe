"""Throughput: cases a second, beside other engines that get the same work in the same hour."""
