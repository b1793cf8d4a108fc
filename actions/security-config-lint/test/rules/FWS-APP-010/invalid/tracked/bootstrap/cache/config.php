<?php return ['app' => ['name' => 'Shop']];
