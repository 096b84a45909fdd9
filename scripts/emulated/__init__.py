"""An Airflow that runs nothing: it tells what a real one would tell, by the clock."""
