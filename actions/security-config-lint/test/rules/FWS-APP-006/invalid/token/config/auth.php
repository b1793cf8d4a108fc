<?php

return [
    'bypass' => env('AUTH_BYPASS_TOKEN'),
];
