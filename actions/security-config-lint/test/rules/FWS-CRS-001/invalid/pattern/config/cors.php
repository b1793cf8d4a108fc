<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => [],
    'allowed_origins_patterns' => ['#^https?://.+$#i'],
    'supports_credentials' => true,
];
