"""Dashboards for Apache Superset: `dashboards.yml` made into a bundle, and a local Superset that shows it.

The package runs in two environments: the bundle is made in either, the rest needs Superset.
"""
