<?php

return [
    'paths' => ['public-api/*'],
    'allowed_origins' => ['*'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
