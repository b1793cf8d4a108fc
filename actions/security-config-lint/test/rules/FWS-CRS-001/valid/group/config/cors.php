<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => [],
    'allowed_origins_patterns' => ['#^https://(a|b)#'],
    'supports_credentials' => true,
];
