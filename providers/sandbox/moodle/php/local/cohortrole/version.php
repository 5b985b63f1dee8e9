<?php
$plugin->component = 'local_cohortrole';
$plugin->version = 2025100700;
$plugin->release = '5.1';
