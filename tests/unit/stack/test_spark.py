"""A real cluster: a master and its workers."""

from __future__ import annotations

from fraudstream.stack import SparkCluster


def test_a_cluster_says_where_it_is_and_who_takes_part(spark_cluster: SparkCluster) -> None:
    status = spark_cluster.status()
    assert (status.url, status.workers, status.cores) == (spark_cluster.url, 2, 2)
    assert set(status.pages) == {"master", "worker-1", "worker-2"}


def test_made_again_from_its_folder_it_is_the_same_cluster(spark_cluster: SparkCluster) -> None:
    again = SparkCluster(spark_cluster.folder)
    assert again.status() == spark_cluster.status()


def test_a_worker_that_was_killed_comes_back_with_the_next_start(
    spark_cluster: SparkCluster,
) -> None:
    spark_cluster.workers[0].kill()
    spark_cluster.start()
    assert spark_cluster.status().workers == 2
